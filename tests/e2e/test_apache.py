"""Apache's mod_auth_openidc, a relying party in C, signs people in through us: discovery, PKCE,
private_key_jwt, ID token, userinfo, logout (IAM-5)."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from instance import Instance, REPOSITORY, free_port
from test_smart_launch import PASSWORD, enrolled

CLIENTS = REPOSITORY / "tests/outside/clients"
MODULES = pathlib.Path("/usr/lib/apache2/modules")
CONFIGURATION = """
ServerRoot {root}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {root}/pid
ErrorLog {root}/error.log
DefaultRuntimeDir {root}
Mutex file:{root}
User www-data
Group www-data
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
DocumentRoot {root}/site
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCCABundlePath {root}/ca.crt
OIDCClientID apache
OIDCPrivateKeyFiles apache#{root}/key.pem
OIDCPublicKeyFiles apache#{root}/certificate.pem
OIDCProviderTokenEndpointAuth private_key_jwt
OIDCPKCEMethod S256
OIDCResponseType code
OIDCScope "openid profile"
OIDCIDTokenSignedResponseAlg ES256
OIDCRemoteUserClaim sub
OIDCRedirectURI http://127.0.0.1:{port}/private/callback
OIDCCryptoPassphrase 0123456789abcdef0123456789abcdef
OIDCCacheType file
OIDCCacheDir {root}/cache
<Location /private>
  AuthType openid-connect
  Require valid-user
  Header set X-User "expr=%{{REMOTE_USER}}"
</Location>
"""


def key_pair(root):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                    root / "key.pem", "-out", root / "certificate.pem", "-subj", "/CN=apache",
                    "-days", "2"], check=True, capture_output=True)
    os.chmod(root / "key.pem", 0o644)
    program = ("import { createPublicKey } from 'node:crypto';"
               "import { readFileSync } from 'node:fs';"
               "const key = createPublicKey(readFileSync(process.argv[1]));"
               "const jwk = key.export({ format: 'jwk' });"
               "console.log(JSON.stringify({ keys: [{ ...jwk, kid: 'apache', use: 'sig',"
               " alg: 'RS256' }] }));")
    jwks = subprocess.run(["node", "--input-type=module", "-e", program,
                           str(root / "certificate.pem")], check=True, capture_output=True)
    (root / "jwks.json").write_bytes(jwks.stdout)


def apache(root, port, issuer):
    for folder in ("site/private", "cache"):
        (root / folder).mkdir(parents=True)
    os.chmod(root / "cache", 0o777)
    (root / "site/private/index.html").write_text("inside\n")
    (root / "site/out.html").write_text("out\n")
    (root / "apache.conf").write_text(
        CONFIGURATION.format(root=root, port=port, modules=MODULES, issuer=issuer))
    return subprocess.Popen(["/usr/sbin/apache2", "-f", root / "apache.conf", "-DFOREGROUND"])


def wait_until_up(port):
    import socket
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("apache did not start")


def main():
    if not (MODULES / "mod_auth_openidc.so").is_file() or not shutil.which("node") or \
            not shutil.which("oathtool") or os.geteuid() != 0:
        print("note: Apache's mod_auth_openidc, node, oathtool or the right to start it is absent")
        return
    instance = Instance()
    root = pathlib.Path(tempfile.mkdtemp(prefix="salus-apache-"))
    server = None
    try:
        os.chmod(root, 0o755)
        instance.start(seconds=30)
        issuer = f"https://localhost:{instance.port}"
        port = free_port()
        site = f"http://127.0.0.1:{port}"
        shutil.copy(instance.directory / "tls/ca.crt", root / "ca.crt")
        os.chmod(root / "ca.crt", 0o644)
        key_pair(root)
        instance.command("client", "add", "--dir", str(instance.directory), "apache", "--name",
                         "Intranet", "--scope", "openid profile", "--purpose", "TREAT", "--jwks",
                         str(root / "jwks.json"), "--redirect-uri", f"{site}/private/callback",
                         "--logout-uri", f"{site}/out.html")
        environment = os.environ | {"NODE_EXTRA_CA_CERTS": str(instance.directory / "tls/ca.crt")}
        secret = enrolled(instance, environment)
        server = apache(root, port, issuer)
        wait_until_up(port)
        done = subprocess.run(["node", str(CLIENTS / "apache.mjs"), issuer, site, "ada", PASSWORD,
                               secret], capture_output=True, text=True, timeout=120,
                              env=environment)
        log = root / "error.log"
        assert done.returncode == 0, (done.stdout[-2000:] + done.stderr[-3000:] +
                                      (log.read_text()[-3000:] if log.exists() else ""))
    finally:
        if server:
            server.terminate()
            server.wait(timeout=20)
        instance.stop()
        instance.remove()
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
