"""What carries messages between services: one interface, a bus in memory and one over MQTT."""
