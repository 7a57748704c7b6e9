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

    def issue_outdated(self):
        """The same of a certificate that was valid in January 2020 alone."""
        certificate, key = self.issue()
        config, request = self.folder / "ca.cnf", self.folder / "outdated.csr"
        for name in ("index", "index.attr"):
            (self.folder / name).write_text("")
        (self.folder / "serial").write_text("01\n")
        config.write_text(f"[ca]\ndefault_ca=own\n[own]\ndatabase={self.folder}/index\nserial={self.folder}/serial\n"
                          f"new_certs_dir={self.folder}\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n")
        subprocess.run(["openssl", "req", "-new", "-key", key, "-subj", "/CN=Antiphon", "-out", request], check=True, capture_output=True)
        subprocess.run(["openssl", "ca", "-batch", "-notext", "-config", config, "-cert", self.file, "-keyfile",
                        self.folder / "authority.key", "-startdate", "20200101000000Z", "-enddate", "20200201000000Z",
                        "-in", request, "-out", certificate], check=True, capture_output=True)
        return certificate, key

    @staticmethod
    def _openssl(command, *arguments):
        subprocess.run(["openssl", command, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2",
                        *map(str, arguments)], check=True, capture_output=True)
