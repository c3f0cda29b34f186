"""Run at installation, with LocalStack's Python: `certifying.py FILE DAYS NAME…`.

Writes a certificate for these names and addresses, signed by itself, as LocalStack keeps one: FILE has key
and certificate, FILE.crt the certificate, which is what clients trust, and FILE.key the key.
"""

import ipaddress
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SKEW = timedelta(days=1)
"""Before now, from when the certificate is good: clocks differ."""


def main(file: Path, days: int, names: list[str]) -> None:
    """Write the three files."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(key, days, names).public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(file, private + certificate, 0o600)
    _write(file.with_name(f"{file.name}.key"), private, 0o600)
    _write(file.with_name(f"{file.name}.crt"), certificate, 0o644)


def _certificate(key: ec.EllipticCurvePrivateKey, days: int, names: list[str]) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([_named(one) for one in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _named(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(file: Path, content: bytes, mode: int) -> None:
    file.touch(mode)
    file.write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
