"""Starts a SuperNode that a closed SuperLink has to refuse: `refused.py HOW FOLDER [arguments of flower-supernode]`."""
import datetime
import os
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

how, folder, *args = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
key = ec.generate_private_key(ec.SECP384R1())
if how == "unregistered-key":
    path = os.path.join(folder, "key")
    with open(path, "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
            )
        )
    args += ["--auth-supernode-private-key", path]
if how == "other-root":
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "another authority")])
    now = datetime.datetime.now(datetime.timezone.utc)
    root = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = os.path.join(folder, "ca.crt")
    with open(path, "wb") as file:
        file.write(root.public_bytes(serialization.Encoding.PEM))
    args += ["--root-certificates", path]
os.execvp("flower-supernode", ["flower-supernode", *args])
