"""Where a broker is, who we are to it, and whom we believe to be it."""

import os
import ssl
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct

from poslab.runtime.secrecy import NoSecret, secret_in
from poslab.text import Text, Unusable

PASSWORD: Final = "POSLAB_MQTT_PASSWORD"
"""The environment variable that holds the password where the address has none; with ``_FILE``, the file that does."""
CA, CERT, KEY = "POSLAB_MQTT_CA", "POSLAB_MQTT_CERT", "POSLAB_MQTT_KEY"
"""What these name is used where no option names it."""


LIKE_A_BROKER: Final = Text(
    "写法如 mqtt://127.0.0.1:1883 或 mqtts://HOST", "write it like mqtt://127.0.0.1:1883 or mqtts://HOST"
)


class BadAddress(Unusable):
    """An address names no broker, or nobody can speak to it: what is wrong, and ``remedy``, what to do."""

    def __init__(self, why: Text, remedy: Text = LIKE_A_BROKER) -> None:
        super().__init__(why)
        self.remedy = remedy


class Broker(Struct, frozen=True):
    """Where a broker is, and who we are to it. It cannot print its password."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    ca_file: str = ""
    """Who vouches for the broker; empty for whom the system believes."""
    cert_file: str = ""
    """Our own certificate, for brokers that want one, and its key."""
    key_file: str = ""

    def __repr__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """For people."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"

    @property
    def address(self) -> str:
        """For ``broker_at``, without the password."""
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        return self.shown.replace("://", f"://{user}", 1)

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs besides ``address``, to be the same to the broker as we are."""
        told = {PASSWORD: self.password, CA: self.ca_file, CERT: self.cert_file, KEY: self.key_file}
        return {name: value for name, value in told.items() if value}

    @property
    def who(self) -> str:
        """Who we are to it, for people."""
        return f"the user {self.user}" if self.user else "a user without a name"

    def trust(self) -> ssl.SSLContext:
        """Whom we believe, and how we show who we are; raises ``OSError`` where a file does not serve."""
        context = ssl.create_default_context(cafile=self.ca_file or None)
        if self.cert_file:
            # A key that is locked by a password must not ask for it in the middle of everything.
            context.load_cert_chain(self.cert_file, self.key_file or None, password=lambda: "")
        return context


def broker_at(url: str, ca_file: str = "", cert_file: str = "", key_file: str = "") -> Broker:
    """``mqtt://[user[:password]@]host[:port]``, or ``mqtts://`` for TLS; raises ``BadAddress``.

    What is not said here is taken from the environment: password, and the files for TLS.
    """
    try:
        parts = urlsplit(url if "://" in url else f"mqtt://{url}")
    except ValueError:  # a bracket that is not closed, a colon as Chinese is typed with
        raise BadAddress(Text("不是可读的地址", "it cannot be read as an address")) from None
    if parts.scheme not in ("mqtt", "mqtts"):
        raise BadAddress(Text(f"{parts.scheme}:// 不是 MQTT 服务器地址", f"{parts.scheme}:// is no broker's address"))
    try:
        port = parts.port
    except ValueError:
        raise BadAddress(Text("端口须为 1 至 65535 的数", "its port is no number from 1 to 65535")) from None
    if not parts.hostname:
        raise BadAddress(Text("没有主机名", "it names no host"))
    tls = parts.scheme == "mqtts"
    if not tls and (ca_file or cert_file or key_file):
        raise BadAddress(
            Text("mqtt:// 不加密，不用证书", "mqtt:// is not encrypted, and takes no certificates"),
            Text("请写 mqtts://", "write mqtts://"),
        )
    files = [given or os.environ.get(name, "") for given, name in ((ca_file, CA), (cert_file, CERT), (key_file, KEY))]
    try:
        password = unquote(parts.password) if parts.password else secret_in(PASSWORD)
    except NoSecret as wrong:
        raise BadAddress(wrong.why, wrong.remedy) from None
    where = Broker(parts.hostname, port or (8883 if tls else 1883), unquote(parts.username or ""), password, tls)
    return _trusting(where, *files) if tls else where


def _trusting(where: Broker, ca_file: str, cert_file: str, key_file: str) -> Broker:
    """The same broker, with files that do serve."""
    for option, name in (("--ca", ca_file), ("--cert", cert_file), ("--key", key_file)):
        if name and not Path(name).is_file():
            what = Text(f"{option}：没有文件 {name}", f"{option}: there is no file {name}")
            raise BadAddress(what, Text("请指定已有的文件", "name one that is there"))
    if key_file and not cert_file:
        what = Text("--key：私钥须与证书同用", "--key: a key needs its certificate")
        raise BadAddress(what, Text("请一并给出 --cert", "give --cert as well"))
    broker = Broker(where.host, where.port, where.user, where.password, True, ca_file, cert_file, key_file)
    try:
        Broker(where.host, where.port, tls=True, ca_file=ca_file).trust()
    except OSError:
        raise BadAddress(
            Text(f"--ca：{ca_file} 中没有证书", f"--ca: {ca_file} holds no certificate"),
            Text("请给出 PEM 文件", "give a PEM file"),
        ) from None
    try:
        broker.trust()
    except OSError:
        named = Text(cert_file, cert_file)
        if key_file:
            named = Text(f"{cert_file} 与 {key_file}", f"{cert_file} and {key_file}")
        raise BadAddress(
            Text(
                f"--cert：{named.zh} 不是证书及其私钥",
                f"--cert: {named.en} is no certificate with its key",
            ),
            Text("请给出 PEM 文件，私钥不设口令", "give PEM files, and a key that no password locks"),
        ) from None
    return broker
