// The instance's configuration: DIR/salus.toml, parsed once into checked types. An unknown key, a
// value out of range or a secret by value refuses to start, with the key's name (KEY-4).
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access_context/settings.h"
#include "app/rotation_settings.h"
#include "authorization/policy.h"
#include "consent/settings.h"
#include "crypto/hash.h"
#include "crypto/module.h"
#include "foundation/log.h"
#include "foundation/sign_in_limits.h"
#include "http/network.h"
#include "mirror/sender.h"
#include "outside_provider/settings.h"
#include "syslog/pace.h"
#include "transparency/publisher.h"

namespace salus::app {

struct ServerConfiguration {
    std::string address;  // "localhost": both loopback addresses
    std::uint16_t port = 0;
    std::uint16_t mutual_tls_port = 0;  // where clients are asked for certificates; 0: nowhere
    std::string public_url;    // what clients call: issuer, audience and links begin with it
    unsigned event_loops = 0;  // 0: one per core
    unsigned workers = 0;      // 0: one per core
    std::filesystem::path certificate;
    std::filesystem::path certificate_key;

    // Scheme, host and mutual_tls_port; empty: there is none.
    [[nodiscard]] std::string mutual_tls_origin() const;
};

enum class KeyBackend { sealed_file, pkcs11, transit };

// Secrets are references: file:PATH or credential:NAME. Only what belongs to the back end is set.
struct KeysConfiguration {
    KeyBackend backend = KeyBackend::sealed_file;
    std::string passphrase;  // sealed file
    // PKCS#11
    std::filesystem::path module;
    std::string token_label;
    std::string pin;
    bool token_makes_vectors = false;  // gcm_iv
    // Transit
    std::string host;
    std::uint16_t port = 0;
    std::string mount;
    std::string token;
    std::filesystem::path authorities;
    std::optional<crypto::Sha256Digest> server_key;
    std::chrono::milliseconds timeout{0};

    // The one secret that the back end opens with, and what it is.
    [[nodiscard]] std::string const& secret() const noexcept;
    [[nodiscard]] std::string_view secret_key() const noexcept;
};

// Where `salus backup` writes if it is not told, and what `salus check` looks at. Empty: nowhere.
struct BackupConfiguration {
    std::filesystem::path target;
    std::filesystem::path keys_target;
    std::chrono::hours warn_after{0};  // age of the newest backup
};

// OpenSSL's FIPS provider (ENC-6).
struct CryptoConfiguration {
    enum class Fips { off, prefer, require };
    Fips fips = Fips::off;
    crypto::ModulePin pin;    // unless off
    std::string certificate;  // that the operator says the module has; shown as his claim
};

// A server of the operator's that is reached over TLS.
struct TlsLinkConfiguration {
    std::string host;
    std::uint16_t port = 0;
    std::filesystem::path authorities;               // PEM
    std::optional<crypto::Sha256Digest> server_key;  // that it is held to
    std::filesystem::path certificate;               // that is shown to it, PEM; empty: none
    std::filesystem::path certificate_key;
    std::chrono::milliseconds timeout{0};  // of each operation
};

// The mirror of the audit logs, in another account (AUD-4).
struct MirrorLinkConfiguration {
    TlsLinkConfiguration link;
    std::filesystem::path key;  // of its cosignatures
    mirror::Patience patience;
    bool strict = false;                              // answers wait for it
    std::chrono::milliseconds acknowledge_within{0};  // that an answer waits at most, then
};

// Who receives the audit logs as syslog (AUD-8).
struct SyslogConfiguration {
    TlsLinkConfiguration link;
    syslog::Confirmation confirmation = syslog::Confirmation::close_notify;
    syslog::Pace pace;
};

// Who signs checkpoints of the audit logs, and what happens when nobody does (AUD-3).
struct AuditConfiguration {
    enum class Signer {
        child,  // a process that `salus serve` starts
        socket  // one that somebody else started, as another user perhaps
    };
    Signer signer = Signer::child;
    std::filesystem::path socket;
    std::string signer_user;           // whose process answers there; empty: the server's own user
    std::filesystem::path signer_key;  // public, PEM
    std::chrono::seconds interval{10};
    transparency::Patience patience;
    std::chrono::seconds reconcile_interval{86'400};  // of store and logs; 0: never
    std::optional<MirrorLinkConfiguration> mirror;    // none: nobody cosigns
    std::optional<SyslogConfiguration> syslog;        // none: nobody receives
    int retention_years = 6;                          // of the leaves; at least six
    std::string reader_group;                         // who may read the files; empty: nobody
    bool accept_earlier_clock = false;                // than the newest leaf's
};

// What clients of the authorization server may rest on beyond their registration.
struct OauthConfiguration {
    static constexpr std::string_view kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";
    std::filesystem::path jwks_uri_authorities{kSystemAuthorities};  // PEM
    std::vector<http::Network> jwks_uri_networks;                    // beyond the public ones
    std::filesystem::path tls_client_auth_authorities;  // PEM (RFC 8705 section 2.1); empty: none
    bool dpop_nonce = false;  // proofs of possession must carry a nonce of ours (RFC 9449)
    // Of access tokens and ID tokens: es256 or rs256.
    crypto::SignatureAlgorithm signing_algorithm = crypto::SignatureAlgorithm::es256;
};

// Who signs in people of the first tenant, besides itself (IAM-5).
struct OutsideProviderConfiguration {
    outside_provider::Settings settings;
    std::filesystem::path authorities{OauthConfiguration::kSystemAuthorities};  // PEM
    std::vector<http::Network> networks;  // beyond the public ones
};

// Which policy decides: the version that was activated last, if there is one; or the one that the
// configuration names, whatever was activated, for who can no longer change the policy otherwise.
enum class PolicySource : std::uint8_t { versions, configuration };

struct Configuration {
    std::filesystem::path directory;  // of the instance; relative paths in the file start here
    std::string text;                 // of salus.toml: what was read
    std::string realm;                // random id of the instance, bound into every ciphertext
    ServerConfiguration server;
    KeysConfiguration keys;
    RotationSettings rotation;
    std::vector<TenantName> tenants;  // the default tenant first
    BackupConfiguration backup;
    CryptoConfiguration crypto;
    AuditConfiguration audit;
    OauthConfiguration oauth;
    std::filesystem::path breached_passwords;  // as Have I Been Pwned gives them; empty: none
    std::chrono::minutes emergency_life = limits::kEmergencyDefault;  // once one is declared
    std::optional<OutsideProviderConfiguration> outside_provider;     // nothing: nobody does
    access_context::Settings access_context;  // of requests: what is known of where they come from
    std::size_t index_cache_bytes = 0;
    LogLevel log_level = LogLevel::info;
    // Nothing: consents are not enforced. Without [consent] those that are stored count, and where
    // there is none the policy alone decides.
    std::optional<consent::ConsentSettings> consent =
        consent::ConsentSettings{.implicit = consent::OverarchingPolicy::all_normal};
    authorization::Policy policy;  // from [policy.*], or from the files of [authorization]
    PolicySource policy_source = PolicySource::versions;
};

// On failure `why` says which key and what is expected: the file is the operator's, not ePHI.
[[nodiscard]] std::optional<Configuration> read_configuration(
    std::filesystem::path const& directory, std::string& why);
// What the operator chose for a new instance's keys; a default where nothing was chosen.
struct KeysChoice {
    std::string backend = "sealed-file";
    std::string module = "/usr/lib/softhsm/libsofthsm2.so";
    std::string token_label = "salus";
    std::string pin = "file:credentials/token.pin";
    std::string gcm_iv = "caller";
    std::string address = "https://localhost:8200";
    std::string mount = "transit";
    std::string token = "file:credentials/vault.token";
    std::string authorities = "tls/vault-ca.crt";
    std::string server_key;
};
// Likewise of the cryptographic module.
struct FipsChoice {
    std::string mode = "off";
    std::string module;
    std::string configuration;
    std::string sha256;
    std::string name = "OpenSSL FIPS Provider";
    std::string version;
    std::string certificate;
};
// Likewise of the policy: tables of purposes in salus.toml, or the set that a hospital starts from
// in files beside it (kPolicyFolder).
enum class PolicyChoice { purposes, hospital };
inline constexpr std::string_view kPolicyFolder = "policies";
// The text of a new instance's salus.toml: every key, its default and its reason.
[[nodiscard]] std::string default_configuration(std::string const& realm, std::uint16_t port,
                                                KeysChoice const& keys = {},
                                                FipsChoice const& fips = {},
                                                PolicyChoice policies = PolicyChoice::purposes);

}  // namespace salus::app
