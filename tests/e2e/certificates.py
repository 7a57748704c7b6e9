"""Certificates for tests, by the command line of OpenSSL."""
import subprocess


class Authority:
    """One that issues certificates for this machine. `file` is by what clients know it."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.file = folder, folder / "authority.pem"
        self._openssl("req", "-x509", "-subj", "/CN=Test authority", "-keyout", folder / "authority.key", "-out", self.file,
                      "-addext", "keyUsage=critical,keyCertSign")

    def issue(self):
        """The files of a new certificate and its key, in place of those before."""
        certificate, key = self.folder / "server.pem", self.folder / "server.key"
        self._openssl("req", "-x509", "-subj", "/CN=Antiphon", "-keyout", key, "-out", certificate,
                      "-CA", self.file, "-CAkey", self.folder / "authority.key",
                      "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE")
        return certificate, key

    @staticmethod
    def _openssl(command, *arguments):
        subprocess.run(["openssl", command, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2",
                        *map(str, arguments)], check=True, capture_output=True)
