"""The contract every party keeps: time, addresses, inputs and effects; it never knows a concrete message or party."""
