// The commands of `salus`. Each returns the process's exit code: 0 done, 1 failed or refused (the
// message says what to do next), 2 wrong usage, 3 a check or verification found something wrong.
// Output for people goes to standard output, messages to standard error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/administration.h"
#include "app/configuration.h"
#include "keys/dual_control/ballot.h"

namespace salus::app {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kFoundWrong = 3;

struct InitOptions {
    std::filesystem::path directory;
    std::uint16_t port = 8443;
    std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};  // of the server certificate
    KeysChoice keys;
    FipsChoice fips;
    PolicyChoice policies = PolicyChoice::purposes;
};
int init(InitOptions const& options);

struct ServeOptions {
    std::filesystem::path directory;
    int port = -1;  // -1: as configured
};
int serve(ServeOptions const& options);

struct ImportOptions {
    std::filesystem::path directory;
    std::vector<std::filesystem::path> files;
    bool quiet = false;  // no progress bar
};
int import(ImportOptions const& options);

struct GenerateOptions {
    std::size_t patients = 20;
    std::uint64_t seed = 1;
    std::size_t large = 0;  // instead: one patient with this many observations
    std::filesystem::path output;
};
int generate(GenerateOptions const& options);

struct ClientAddOptions {
    std::filesystem::path directory;
    std::string tenant;  // empty: the first
    std::string id;
    std::string name;
    std::string scope = "system/*.cruds";
    std::vector<std::string> purposes{"TREAT"};
    std::vector<std::string> roles;      // where it acts for itself
    std::vector<std::string> locations;  // the same: where it works
    std::filesystem::path jwks;          // public keys of the client; or
    std::string jwks_uri;                // the address of its public keys; or
    std::filesystem::path key_file;      // make a key pair and write the private key here
    // It proves itself by a certificate that an authority vouches for, with this name (RFC 8705).
    std::string certificate_subject;
    std::string certificate_dns;
    std::string certificate_uri;
    bool self_signed = false;        // it proves itself by a certificate with one of its keys
    bool certificate_bound = false;  // no token that is not bound to its certificate (RFC 8705)
    bool dpop_bound = false;         // no token for it that is not bound to a key (RFC 9449)
    // An app that people sign in to; empty: a service.
    std::vector<std::string> redirect_uris;
    std::vector<std::string> logout_uris;  // where it may send people after signing out
    std::string backchannel_logout_uri;    // where it is told that a session ended
    bool is_public = false;                // it keeps no secret, so it has no keys
    bool pushes = false;                   // its requests are pushed (RFC 9126)
    bool fapi2 = false;                    // profile
    bool device_posture = false;           // its assertions may say what device it runs on
};
int client_add(ClientAddOptions const& options);

struct TokenOptions {
    std::filesystem::path directory;
    std::string tenant;              // empty: the first
    std::filesystem::path key_file;  // default: the demonstration's service client
    std::string client = "demonstration";
    std::string scope = "system/*.cruds";
};
int token(TokenOptions const& options);

struct DefinitionsOptions {
    AdministrationOptions administration;
    std::filesystem::path package_file;  // load: an implementation guide package, tgz
    std::string package;                 // remove: NAME@VERSION
};
int definitions_load(DefinitionsOptions const& options);
int definitions_list(DefinitionsOptions const& options);
int definitions_remove(DefinitionsOptions const& options);

// What several people decide about keys (docs/formats/ballots.md).
struct CustodianKeyOptions {
    std::filesystem::path key_file;  // made: the private key
    std::string name;
    std::string role;
};
int custodian_key(CustodianKeyOptions const& options);

struct CustodiansOptions {
    AdministrationOptions administration;
    std::filesystem::path set_file;  // the first set; empty: show the present one
};
int custodians(CustodiansOptions const& options);

struct ProposeOptions {
    AdministrationOptions administration;
    std::string operation;
    std::string target;
    std::string patient;             // erase-patient: a logical id, in the place of the target
    std::filesystem::path set_file;  // change-custodians: the next set
    std::string reason;
    std::string custodian;  // who proposes
    std::filesystem::path custodian_key;
};
int propose(ProposeOptions const& options);

struct ProposalOptions {
    AdministrationOptions administration;
    std::string id;  // empty: list them
};
int proposals(ProposalOptions const& options);
int execute(ProposalOptions const& options);

struct VoteOptions {
    AdministrationOptions administration;
    std::string id;
    std::string custodian;
    std::filesystem::path custodian_key;
    std::string patient;  // whom it must be about; empty: not compared
    keys::Decision decision = keys::Decision::veto;
};
int vote(VoteOptions const& options);

struct HoldOptions {
    AdministrationOptions administration;
    std::string patient;        // empty: list the holds
    bool whole_tenant = false;  // instead of a patient
    std::string reason;
};
int hold(HoldOptions const& options);

struct KeysOptions {
    AdministrationOptions administration;
    std::string kind;       // rotate: shard, data, index, signing, cursor or detail
    std::string custodian;  // rotate: who orders it; empty: nobody, where there are no custodians
    std::filesystem::path custodian_key;
    bool json = false;
};
// Through the server if it runs; what is ordered is done by the server alone.
int keys_status(KeysOptions const& options);
int keys_rotate(KeysOptions const& options);
int keys_pause(KeysOptions const& options);
int keys_resume(KeysOptions const& options);
// The emergency seal: by one person, through the server if it runs; lifted on the stopped instance.
int keys_seal(KeysOptions const& options);
int keys_unseal(KeysOptions const& options);

struct ResealOptions {
    std::filesystem::path directory;
    std::string passphrase;  // file:PATH or credential:NAME; empty: the present one
    bool pbkdf2 = false;     // or as crypto.fips asks for
};
// The file of key-encryption keys of a stopped instance, under another passphrase.
int keys_reseal(ResealOptions const& options);

// Empty places are those of the configuration.
struct BackupOptions {
    std::filesystem::path directory;
    std::filesystem::path to;
    std::filesystem::path keys_to;
    std::string client = "administrator";
    std::filesystem::path key_file;  // of the client; empty: the administrator's
    std::size_t keep = 0;            // prune: data
    std::size_t keep_keys = 0;       // prune: keys; 0: as many
};
int backup_make(BackupOptions const& options);
int backup_prune(BackupOptions const& options);

struct RestoreOptions {
    std::filesystem::path from;
    std::filesystem::path keys_from;
    std::filesystem::path directory;   // restore: to be made; drill: of the instance
    std::uint64_t backup = 0;          // 0: the newest
    std::uint64_t keys_backup = 0;     // 0: the newest
    std::uint64_t newest_known = 0;    // refuses if the newest there is older
    std::filesystem::path public_key;  // PEM; empty: whoever signed
    bool new_signer = false;           // restore: without the signer's key and memory
    // drill
    std::filesystem::path scratch;  // a directory for the copy; empty: that for temporary files
    std::string client = "administrator";
    std::filesystem::path key_file;
};
int restore(RestoreOptions const& options);
int backup_drill(RestoreOptions const& options);
// Reads every block of a backup.
int backup_verify(RestoreOptions const& options);

enum class CheckFormat { table, json };
struct CheckOptions {
    std::filesystem::path directory;
    CheckFormat format = CheckFormat::table;
};
int check(CheckOptions const& options);

// Which log, and whose checkpoints: an instance's, or any directory with a key.
struct AuditLogOptions {
    std::filesystem::path directory;   // of the instance
    std::string tenant;                // empty: all (verify), or the first (prove)
    std::filesystem::path log;         // instead: the directory of one log
    std::filesystem::path key;         // public key of its signer, PEM
    std::filesystem::path since;       // verify: a checkpoint that was kept elsewhere
    std::filesystem::path mirror_key;  // verify: of a mirror that must have cosigned
    std::filesystem::path proof;       // verify: instead of a log, a proof that was handed out
    std::int64_t index = -1;           // of one leaf; -1: none
    std::int64_t from = -1;            // prove: sizes of two trees; -1: none
    std::int64_t to = -1;              // -1: the checkpoint's
    bool through_parent = false;       // prove: up to the parent log's checkpoint
};
int audit_verify(AuditLogOptions const& options);
int audit_prove(AuditLogOptions const& options);
// Of a stopped instance: its store and all its logs.
int audit_reconcile(std::filesystem::path const& directory);

// Who may read the files of the logs, and whether they are so; mends what can be (AUD-4, AUD-6).
struct AuditAccessOptions {
    std::filesystem::path directory;  // of the instance
    bool mend = false;
};
int audit_access(AuditAccessOptions const& options);

// How old the log is, what of it is due, and what holds it; then the proposal that what is due goes
// (AUD-6). Through the server if it runs, for the holds; the leaves from the files.
struct AuditRetentionOptions {
    AdministrationOptions administration;
    std::filesystem::path log;  // instead: the directory of one log, for who has no client's key
    int years = 6;              // with it: how long leaves are kept
    std::string reason;         // prune
    std::string custodian;      // prune: who proposes
    std::filesystem::path custodian_key;
};
int audit_retention(AuditRetentionOptions const& options);
int audit_prune(AuditRetentionOptions const& options);

// Makes the certificate that the instance shows to its mirror.
int audit_mirror_identity(std::filesystem::path const& directory);

// Views of the log's events (docs/handbook/audit-views.md), on standard output.
struct AuditExportOptions {
    AuditLogOptions log;
    std::string format = "fhir";  // fhir, jsonl, csv or syslog
    std::string since;            // a FHIR date or time; empty: from the first leaf
    std::string until;            // to the end of that day, month ...; empty: to the last leaf
    std::string patient;          // compartment, hexadecimal
    std::string client;
    std::vector<std::string> events;
    std::vector<std::string> outcomes;
    // Opens the sealed details, which may be ePHI and is recorded: through the instance, as a
    // client that has the scope admin/audit.read.
    bool with_details = false;
    std::string client_id;
    std::filesystem::path key_file;
};
int audit_export(AuditExportOptions const& options);

struct AuditSignerOptions {
    std::filesystem::path directory;  // of an instance, whose configuration says the rest; or
    std::filesystem::path home;       // of the signer: key and memory
    std::filesystem::path socket;
    std::string peer;                   // the user who is answered; empty: this process's own
    std::string algorithm = "ed25519";  // of a key that is made
    bool until_closed = false;          // ends when standard input is closed
};
int audit_signer(AuditSignerOptions options);

// A mirror of audit logs, in an account of its own (AUD-4).
struct MirrorInitOptions {
    std::filesystem::path directory;    // to be made
    std::string name = "salus-mirror";  // of its key, in cosignatures
    std::string algorithm = "ed25519";  // or "p256", where a FIPS provider is required
    std::string address = "localhost";
    std::uint16_t port = 8470;
    std::vector<std::string> names;  // in its certificate; empty: of this machine alone
};
int mirror_init(MirrorInitOptions const& options);

struct MirrorLogOptions {
    std::filesystem::path directory;
    std::filesystem::path key;     // of the log's signer: PEM, or as of sumdb/note
    std::string origin;            // of the log; where the key has no name
    std::filesystem::path client;  // certificate of the server that sends it
};
int mirror_add_log(MirrorLogOptions const& options);

struct MirrorOptions {
    std::filesystem::path directory;
};
int mirror_serve(MirrorOptions const& options);
int mirror_status(MirrorOptions const& options);
int mirror_verify(MirrorOptions const& options);

}  // namespace salus::app
