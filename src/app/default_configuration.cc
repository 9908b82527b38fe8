#include <fmt/format.h>

#include "app/configuration.h"

namespace salus::app {
namespace {

constexpr char const* kTemplate = R"toml(# Salus configuration of this instance.
# Every key is here with its default. An unknown key refuses to start. Paths that do not begin with /
# start at this file's folder. Secrets are never values here: a secret is named by where it is read
# from at start-up, "file:PATH" (readable by its owner only) or "credential:NAME" (systemd).

[instance]
# Random id of this instance. It is bound into every ciphertext and audit log: DO NOT CHANGE.
realm = "{realm}"

[server]
# Where to listen. "localhost" means 127.0.0.1 and ::1; use an address, or 0.0.0.0, for others.
address = "localhost"
port = {port}
# The address that clients use. Token issuer, audiences and links begin with it, never with what a
# request claims in its Host header.
public_url = "https://localhost:{port}"
# A second port, for clients that show a TLS certificate (mutual TLS, RFC 8705); 0: none. The same paths are
# served there; discovery names it (mtls_endpoint_aliases). A proxy before it must pass TLS through: no
# header counts in a certificate's stead.
mutual_tls_port = 0
# Threads that serve connections, and threads for long work (searches, bundles). 0: one per core.
event_loops = 0
workers = 0
# PEM files, read at start and again on SIGHUP. `salus init` made them with the local authority
# tls/ca.crt; put your own here.
certificate = "tls/server.crt"
certificate_key = "tls/server.key"

[keys]
# Where the key-encryption keys are, chosen once by `salus init --keys`:
#   "sealed-file"  a file of this instance, sealed by a passphrase
#   "pkcs11"       a hardware security module, which never gives them away
#   "transit"      the transit engine of HashiCorp Vault or OpenBao, which never gives them away
# What one back end has wrapped, no other opens: DO NOT CHANGE.
backend = "{backend}"
# What unseals the sealed file. With systemd: LoadCredentialEncrypted=salus-root and
# "credential:salus-root".
passphrase = "file:credentials/root.passphrase"

[keys.pkcs11]
# The vendor's library, the label of the token, and the PIN of its user.
module = "{module}"
token = "{token_label}"
pin = "{pin}"
# Who makes the initialisation vectors of AES-GCM: "caller" (Salus), or "token" where the token insists
# (AWS CloudHSM; Luna in FIPS mode). A wrong choice is found out at the start.
gcm_iv = "{gcm_iv}"

[keys.transit]
# The vault, the path of its transit engine, and the token, which is read again when it changes.
address = "{address}"
mount = "{mount}"
token = "{token}"
# PEM file of the authorities that may vouch for the vault's certificate; no others are trusted.
authorities = "{authorities}"
# If not empty, the vault's key must have this hash too: base64 of the SHA-256 of its public key.
server_key = "{server_key}"
# Time for one attempt, of three at most. Only the start and the refresh of keys wait for it.
timeout_ms = 2000

[rotation]
# Keys that are older than so many days are replaced while the server serves; 0: only on demand, by
# `salus keys rotate KIND`. docs/handbook/operating.md says what each costs.
# Key-encryption key: replaced by a proposal, `salus keys propose rotate-root root`. A number here is a
# standing order for which nobody is asked (KEY-2).
kek_days = 0
# Shard keys: what lies under them is wrapped again, no record is touched.
shard_days = 365
# Data keys, one for each patient: every record is sealed again, which writes the whole store once.
data_days = 0
# So many days an old data key is kept, wrapped, once nothing here is sealed under it any more: a backup
# of the data from before its rotation needs it. It opens nothing else, and goes with the erasure of
# its patient. Keep it longer than your oldest backup of the data; 400 covers a yearly one. 0: the key
# goes at once, and older backups of the data with it.
keep_retired_days = 400
# Blind-index keys: the tokens of patients and shared resources are made again.
index_days = 0
# The key that signs access tokens, and those of paging cursors and of sealed audit details: cheap.
signing_days = 90
cursor_days = 90
detail_days = 365
# Records that are sealed again in a second, at most; 0 sets no limit beside half of the time.
records_per_second = 2000

[search]
# Memory for opened indexes of patients that were searched lately, in MiB. 0 keeps none.
index_cache_mib = 256

[log]
# Operational log on standard error: debug, info, warning or error. It never holds ePHI.
level = "info"

[crypto]
# Where algorithms come from: "off", OpenSSL's default provider; "require", its FIPS provider alone, as it
# is pinned here, or the instance does not start; "prefer", the FIPS provider if it is there and right.
# An instance that shall require it is made with it (`salus init --fips require`): passphrases are
# stretched otherwise.
fips = "{fips}"
# The module, what `openssl fipsinstall` wrote for it, the SHA-256 of the module's file in hexadecimal, and the
# provider's name and version. Whether it is validated, and by which certificate, is for you to know.
module = "{fips_module}"
configuration = "{fips_configuration}"
sha256 = "{fips_sha256}"
name = "{fips_name}"
version = "{fips_version}"
certificate = "{fips_certificate}"

[oauth]
# How access tokens and ID tokens are signed: "ES256", or "RS256" for apps that know nothing else. The key that
# signed before verifies until its last token has expired.
signing_algorithm = "ES256"
# Whether proofs of possession (DPoP) must carry a nonce of this server, which changes every two minutes: for
# clients whose clocks or whose signing moments are not trusted. Each of them asks once more then.
dpop_nonce = false
# Clients may register the address of their keys (jwks_uri) instead of the keys, and one where they are told
# that a session ended (backchannel_logout_uri). Whom the server trusts to name such an address's host (PEM),
# and the networks beyond the public Internet where it may stand: "10.0.0.0/8" for an intranet. Every client
# that is registered can make the server call there.
jwks_uri_authorities = "/etc/ssl/certs/ca-certificates.crt"
jwks_uri_networks = []
# Whose word about the names in clients' certificates counts (PEM; tls_client_auth of RFC 8705), on
# server.mutual_tls_port. Best an authority that serves for this alone: it can make anybody a client. Empty: nobody's.
tls_client_auth_authorities = ""

[sign_in]
# A list of breached passwords, none of which anybody may set: a line for each, its SHA-1 in hexadecimal, sorted,
# as Have I Been Pwned gives it. The common ones are refused without it.
breached_passwords = ""
# For how long a declared emergency (purpose ETREAT) opens one patient's record to who declared it: minutes, 5 to
# 480 (docs/handbook/policies.md).
emergency_minutes = 30

# Another OpenID provider may sign people in, each user by the account there that an administrator stated
# (docs/handbook/outside-provider.md). Without the two sections at the end, whatever it says of its
# sign-ins counts as no second factor here.
#[sign_in.provider]
#issuer = "https://login.example.org"
#client_id = "salus"
#name = "Example Hospital"
#authorities = "/etc/ssl/certs/ca-certificates.crt"
#networks = []
#[sign_in.provider.multi_factor]
#acr = []
#amr = ["mfa"]
#[sign_in.provider.phishing_resistant]
#acr = ["phr"]
#amr = []

[access_context]
# What is known of the circumstances of a request, for policies to decide by (docs/handbook/access-context.md).
# Where it comes from, by lists of networks ("10.0.0.0/8", "2001:db8::7") here and in files, one on a line: denied,
# if a list says so; else internal, else allowed, else other. The address is that of the connection; no header
# counts. Files are read at the start, which they refuse when a line is wrong, and again on SIGHUP.
internal = ["127.0.0.0/8", "::1"]
internal_file = ""
allow = []
allow_file = ""
deny = []
deny_file = ""
# Lines of a network and a number from 0, good, to 100; the worst that fits counts. A database of countries in
# MaxMind's format (.mmdb).
reputation_file = ""
geography_file = ""
# Where hours and weekdays are counted: a name of the IANA time zone database. A tenant may have its own:
# tenant_time_zones = {{ north = "America/New_York" }}
time_zone = "UTC"

[audit]
# Who signs checkpoints of the audit logs: "child", a process that `salus serve` starts, with its key in
# signer/; or "socket", one that was started apart (`salus audit signer`), best as another user.
signer = "child"
socket = "run/signer.socket"
# The user whose process must answer there; empty: the server's own.
signer_user = ""
# Its public key (PEM). Auditors keep a copy of it.
signer_key = "signer/checkpoint.pub"
# Time between two checkpoints; how long they may fail before the operator is told (DEGRADED), and before
# nothing is served any more (CLOSED; 0: never for the time alone). A log that the signer refuses
# closes at once. docs/handbook/audit-signing.md
checkpoint_seconds = 10
degraded_after_seconds = 60
closed_after_seconds = 900
# The store is compared with the audit logs after the start, and each time this has passed; 0: never.
# What does not agree is on record, in /health and in `salus check`. docs/handbook/audit-signing.md
reconcile_seconds = 86400
# How long leaves are kept, at least six years (45 CFR 164.316(b)(2)(i)). What is older is removed by nobody
# but custodians who decide it together: `salus audit retention`, `salus audit prune`.
retention_years = 6
# The group of the system whose members may read the files of the audit logs, and nothing else of this
# instance; empty: nobody but the server. `salus audit access --mend` gives the files to it.
# docs/handbook/audit-signing.md
reader_group = ""
# A clock that is behind the newest leaf at the start was set back, and what people and apps do goes by the
# log's time then. true: the clock was ahead before, by mistake, and is right now. docs/handbook/audit-signing.md
accept_earlier_clock = false
# A mirror of the audit logs, in another account, has a section of its own, [audit.mirror]: the same document.

[backup]
# Two directories, apart from each other and from this one, best on other machines: where `salus backup`
# writes records and audit logs, and where it writes wrapped keys. Empty: named on the command line.
target = ""
keys_target = ""
# `salus check` fails when the newest backup there is older.
warn_after_hours = 26

# Tenants have keys, audit logs, clients and data of their own. The first is served under /fhir, each
# further one under /t/NAME/fhir.
[[tenant]]
name = "default"

[authorization]
# A folder of *.cedar files, the policy in the policy language (docs/handbook/policies.md); then there must be
# no [policy.*]. Empty: the tables [policy.*] below are the policy.
policies = "{policies}"
# versions: once a version of the policy was activated (salus policy), it decides, whatever stands here.
# configuration: what stands here decides, for who can no longer change the policy otherwise.
source = "versions"

[consent]
# Patients' consents (FHIR Consent, IHE PCF; docs/handbook/consent.md) are evaluated on every access.
enforce = true
# What applies to a patient of whom no consent says anything: "all-normal" (whatever the policy permits),
# "basic-normal" (treatment), "break-glass-only" or "deny" (opt-in).
implicit = "all-normal"
# Consents permit only when they are verified (Consent.verification).
verified_only = false
# A consent that permitted and has ended leaves its patient without the implicit permission.
ended_consents_bind = true
# Practitioners who take part in a patient's care may add to the record what a consent does not let them read.
treating_may_add = false
)toml";

// Of instances whose policy is in tables.
constexpr char const* kPurposes = R"toml(
# What each purpose of use (HL7 v3 PurposeOfUse) may do and see: the minimum necessary rule,
# 45 CFR 164.502(b) and 164.514(d). A purpose that is not listed may do nothing.
#   read, write, delete: resource types, or ["*"].
#   declassify: resource types, or ["*"], from whose records security labels may be taken away by a
#   write; without it labels stay with a record.
#   population: true lets searches and histories span patients, for clients that are registered with
#   the scope admin/population.read too; false if it is not there.
#   elements: for each type the top-level elements that may leave; a type that is not listed shows
#   what other_elements says. resourceType, id and meta always leave with a resource. An element that
#   may not leave cannot be searched or sorted by either.
#   acr, max_age: how a person in whose name an app acts must have signed in, for read, write and
#   administration: accepted values of acr, "phr" (a passkey or another factor that cannot be phished)
#   and "mfa" (several factors; "phr" is as good), and seconds since then, 0 for any. Less than that
#   is asked for by RFC 9470. What is not said here is as [policy.SYSADMIN.acr] and
#   [policy.SYSADMIN.max_age] say it. Clients that act for themselves have nobody to ask.
[policy.TREAT]
read = ["*"]
write = ["*"]
delete = ["*"]
other_elements = ["*"]

[policy.HPAYMT]
read = ["Claim", "ClaimResponse", "Coverage", "Encounter", "ExplanationOfBenefit", "Organization",
        "Patient", "Practitioner", "Procedure"]
write = ["ClaimResponse", "ExplanationOfBenefit"]
delete = []
other_elements = ["*"]
[policy.HPAYMT.elements]
Patient = ["identifier", "name", "gender", "birthDate", "address"]
Encounter = ["status", "class", "type", "subject", "period", "serviceProvider"]
Procedure = ["status", "code", "subject", "encounter", "performedDateTime", "performedPeriod"]

[policy.HOPERAT]
read = ["AuditEvent", "Encounter", "Location", "Organization", "Practitioner"]
write = ["Location", "Organization", "Practitioner"]
delete = []
other_elements = ["*"]
[policy.HOPERAT.elements]
Encounter = ["status", "class", "type", "period", "serviceProvider"]

[policy.SYSADMIN]
read = []
write = []
delete = []
other_elements = []
[policy.SYSADMIN.acr]
read = ["mfa", "phr"]
write = ["mfa", "phr"]
administration = ["mfa", "phr"]
[policy.SYSADMIN.max_age]
read = 0
write = 0
administration = 900
)toml";

}  // namespace

std::string default_configuration(std::string const& realm, std::uint16_t port,
                                  KeysChoice const& keys, FipsChoice const& fips,
                                  PolicyChoice policies) {
    bool const in_files = policies == PolicyChoice::hospital;
    auto const text = fmt::format(
        fmt::runtime(kTemplate), fmt::arg("realm", realm), fmt::arg("port", port),
        fmt::arg("backend", keys.backend), fmt::arg("module", keys.module),
        fmt::arg("token_label", keys.token_label), fmt::arg("pin", keys.pin),
        fmt::arg("gcm_iv", keys.gcm_iv), fmt::arg("address", keys.address),
        fmt::arg("mount", keys.mount), fmt::arg("token", keys.token),
        fmt::arg("authorities", keys.authorities), fmt::arg("server_key", keys.server_key),
        fmt::arg("fips", fips.mode), fmt::arg("fips_module", fips.module),
        fmt::arg("fips_configuration", fips.configuration), fmt::arg("fips_sha256", fips.sha256),
        fmt::arg("fips_name", fips.name), fmt::arg("fips_version", fips.version),
        fmt::arg("fips_certificate", fips.certificate),
        fmt::arg("policies", in_files ? kPolicyFolder : std::string_view()));
    return in_files ? text : text + kPurposes;
}

}  // namespace salus::app
