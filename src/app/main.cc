// The program `salus`: reads the command line and calls one command.
#include <CLI/CLI.hpp>
#include <csignal>

#include "app/commands.h"

namespace {

using namespace salus::app;

struct Options {
    InitOptions init;
    ServeOptions serve;
    ImportOptions import;
    GenerateOptions generate;
    ClientAddOptions client_add;
    TokenOptions token;
    DefinitionsOptions definitions;
    CustodianKeyOptions custodian_key;
    CustodiansOptions custodians;
    ProposeOptions propose;
    ProposalOptions proposals;
    ProposalOptions execute;
    VoteOptions vote;
    HoldOptions hold;
    KeysOptions keys;
    ResealOptions reseal;
    CheckOptions check;
    BackupOptions backup;
    RestoreOptions restore;
    AuditLogOptions audit_verify;
    AuditLogOptions audit_prove;
    std::filesystem::path audit_reconcile;
    AuditExportOptions audit_export;
    AuditRetentionOptions audit_retention;
    AuditSignerOptions audit_signer;
    std::filesystem::path audit_mirror_identity;
    MirrorInitOptions mirror_init;
    MirrorLogOptions mirror_add_log;
    MirrorOptions mirror;
    bool check_json = false;
};

void add_directory(CLI::App& command, std::filesystem::path& directory) {
    command.add_option("--dir", directory, "The instance's directory")
        ->default_val("demo")
        ->check(CLI::ExistingDirectory);
}

void add_administration(CLI::App& command, AdministrationOptions& options,
                        std::string const& key_option = "--client-key") {
    add_directory(command, options.directory);
    command.add_option("--tenant", options.tenant, "A tenant other than the first");
    command.add_option("--client", options.client, "client_id")->capture_default_str();
    command.add_option(key_option, options.key_file,
                       "The client's private key (JWK); the administrator's by default");
}

void describe_key_options(CLI::App& init, KeysChoice& keys) {
    init.add_option("--keys", keys.backend, "Where the key-encryption keys are")
        ->check(CLI::IsMember({"sealed-file", "pkcs11", "transit"}))
        ->capture_default_str();
    init.add_option("--pkcs11-module", keys.module, "The vendor's library")->capture_default_str();
    init.add_option("--pkcs11-token", keys.token_label, "Label of the token")
        ->capture_default_str();
    init.add_option("--pkcs11-pin", keys.pin, "Its user's PIN: file:PATH or credential:NAME");
    init.add_option("--pkcs11-gcm-iv", keys.gcm_iv, "Who makes initialisation vectors")
        ->check(CLI::IsMember({"caller", "token"}))
        ->capture_default_str();
    init.add_option("--vault-address", keys.address, "https://HOST:PORT")->capture_default_str();
    init.add_option("--vault-mount", keys.mount, "Path of its transit engine")
        ->capture_default_str();
    init.add_option("--vault-token", keys.token, "Its token: file:PATH or credential:NAME");
    init.add_option("--vault-authorities", keys.authorities, "PEM file of those it is trusted by")
        ->check(CLI::ExistingFile)
        ->transform(
            [](std::string const& path) { return std::filesystem::absolute(path).string(); });
    init.add_option("--vault-server-key", keys.server_key,
                    "SHA-256 of the vault's public key, base64");
}

void describe_fips_options(CLI::App& init, FipsChoice& fips) {
    init.add_option("--fips", fips.mode, "Where algorithms come from")
        ->check(CLI::IsMember({"off", "prefer", "require"}))
        ->capture_default_str();
    init.add_option("--fips-module", fips.module, "OpenSSL's FIPS provider, an absolute path");
    init.add_option("--fips-configuration", fips.configuration,
                    "What `openssl fipsinstall` wrote for it");
    init.add_option("--fips-sha256", fips.sha256, "Of the module's file, hexadecimal");
    init.add_option("--fips-name", fips.name, "The provider's name")->capture_default_str();
    init.add_option("--fips-version", fips.version, "The provider's version");
    init.add_option("--fips-certificate", fips.certificate,
                    "The certificate that you say the module has");
}

void describe_instance_commands(CLI::App& app, Options& options, int& code) {
    auto* init = app.add_subcommand("init", "Make an instance: keys, certificates, configuration");
    init->add_option("DIR", options.init.directory, "Directory to make")->required();
    init->add_option("--port", options.init.port, "Port to listen on")->capture_default_str();
    init->add_option("--name", options.init.names, "Names and addresses in the server certificate");
    describe_key_options(*init, options.init.keys);
    describe_fips_options(*init, options.init.fips);
    init->callback([&] { code = salus::app::init(options.init); });

    auto* serve = app.add_subcommand("serve", "Serve the instance until SIGINT or SIGTERM");
    add_directory(*serve, options.serve.directory);
    serve->add_option("--port", options.serve.port, "Listen here instead of the configured port");
    serve->callback([&] { code = salus::app::serve(options.serve); });

    auto* import = app.add_subcommand(
        "import", "Load FHIR JSON files: transaction bundles or single resources");
    add_directory(*import, options.import.directory);
    import->add_option("FILES", options.import.files, "Files, or directories of .json files")
        ->required();
    import->add_flag("--quiet", options.import.quiet, "No progress bar");
    import->callback([&] { code = salus::app::import(options.import); });

    auto* generate = app.add_subcommand("generate", "Make plausible patients that do not exist");
    generate->add_option("--patients", options.generate.patients, "How many")
        ->capture_default_str();
    generate->add_option("--seed", options.generate.seed, "Same seed, same patients")
        ->capture_default_str();
    generate->add_option("--large", options.generate.large,
                         "Instead: one patient with this many observations");
    generate->add_option("--output", options.generate.output, "Directory for the bundles")
        ->required();
    generate->callback([&] { code = salus::app::generate(options.generate); });
}

void describe_client_commands(CLI::App& app, Options& options, int& code) {
    auto* client = app.add_subcommand("client", "Clients of the authorization server");
    client->require_subcommand(1);
    auto* add = client->add_subcommand("add", "Register a service client (private_key_jwt)");
    add_directory(*add, options.client_add.directory);
    add->add_option("--tenant", options.client_add.tenant, "A tenant other than the first");
    add->add_option("ID", options.client_add.id, "client_id: A-Z, a-z, 0-9, - and _")->required();
    add->add_option("--name", options.client_add.name, "Name for people");
    add->add_option("--scope", options.client_add.scope, "The most it can be granted")
        ->capture_default_str();
    add->add_option("--purpose", options.client_add.purposes,
                    "Purposes of use it may state; the first is its default")
        ->capture_default_str();
    auto* jwks = add->add_option("--jwks", options.client_add.jwks, "Its public keys (RFC 7517)")
                     ->check(CLI::ExistingFile);
    add->add_option("--new-key", options.client_add.key_file,
                    "Make a key pair and write the private key to this file")
        ->excludes(jwks);
    add->callback([&] { code = salus::app::client_add(options.client_add); });

    auto* token = app.add_subcommand("token", "Print an access token of the service client");
    add_directory(*token, options.token.directory);
    token->add_option("--tenant", options.token.tenant, "A tenant other than the first");
    token->add_option("--client", options.token.client, "client_id")->capture_default_str();
    token->add_option("--key", options.token.key_file, "The client's private key (JWK)");
    token->add_option("--scope", options.token.scope, "Scopes to ask for")->capture_default_str();
    token->callback([&] { code = salus::app::token(options.token); });
}

void describe_definition_commands(CLI::App& app, Options& options, int& code) {
    auto* definitions = app.add_subcommand("definitions", "Implementation guide packages");
    definitions->require_subcommand(1);
    auto* load = definitions->add_subcommand("load", "Load a package; it is in force at once");
    load->add_option("FILE", options.definitions.package_file, "A package file, tgz")
        ->required()
        ->check(CLI::ExistingFile);
    load->callback([&] { code = salus::app::definitions_load(options.definitions); });
    auto* list = definitions->add_subcommand("list", "Name the packages that are loaded");
    list->callback([&] { code = salus::app::definitions_list(options.definitions); });
    auto* remove = definitions->add_subcommand("remove", "Remove a package");
    remove->add_option("PACKAGE", options.definitions.package, "NAME@VERSION")->required();
    remove->callback([&] { code = salus::app::definitions_remove(options.definitions); });
    for (auto* command : {load, list, remove})
        add_administration(*command, options.definitions.administration, "--key");
}

void describe_custodian_commands(CLI::App& keys, Options& options, int& code) {
    auto* key = keys.add_subcommand("custodian-key", "Make a custodian's key pair");
    key->add_option("FILE", options.custodian_key.key_file, "Where the private key goes")
        ->required();
    key->add_option("--name", options.custodian_key.name, "Name of the custodian")->required();
    key->add_option("--role", options.custodian_key.role, "The one role of this person")
        ->required()
        ->check(CLI::IsMember({"generate", "rotate", "destroy"}));
    key->callback([&] { code = salus::app::custodian_key(options.custodian_key); });

    auto* custodians =
        keys.add_subcommand("custodians", "Show the custodians, or appoint the first");
    custodians->add_option("FILE", options.custodians.set_file, "The first set (JSON)")
        ->check(CLI::ExistingFile);
    add_administration(*custodians, options.custodians.administration);
    custodians->callback([&] { code = salus::app::custodians(options.custodians); });

    auto* hold = keys.add_subcommand("hold", "List legal holds, or place one");
    hold->add_option("--patient", options.hold.patient, "Logical id of the patient");
    hold->add_flag("--whole-tenant", options.hold.whole_tenant, "Everybody, and the audit log")
        ->excludes("--patient");
    hold->add_option("--reason", options.hold.reason, "For people; never in the audit log");
    add_administration(*hold, options.hold.administration);
    hold->callback([&] { code = salus::app::hold(options.hold); });
}

void describe_proposal_commands(CLI::App& keys, Options& options, int& code) {
    auto* propose = keys.add_subcommand("propose", "Propose an operation that several must decide");
    propose
        ->add_option("OPERATION", options.propose.operation,
                     "erase-patient, release-hold, change-custodians, rotate-root, prune-audit")
        ->required();
    propose->add_option("TARGET", options.propose.target, "What it acts on");
    propose->add_option("--patient", options.propose.patient, "Logical id of whom to erase");
    propose->add_option("--set", options.propose.set_file, "The next custodians (JSON)")
        ->check(CLI::ExistingFile);
    propose->add_option("--reason", options.propose.reason, "For people")->required();
    propose->add_option("--as", options.propose.custodian, "Name of the proposer")->required();
    propose->add_option("--key", options.propose.custodian_key, "His private key (PEM)")
        ->required();
    add_administration(*propose, options.propose.administration);
    propose->callback([&] { code = salus::app::propose(options.propose); });

    auto* list = keys.add_subcommand("proposals", "List proposals, or show one with its ballots");
    list->add_option("ID", options.proposals.id, "SHA-256 of the proposal");
    add_administration(*list, options.proposals.administration);
    list->callback([&] { code = salus::app::proposals(options.proposals); });

    auto* vote = keys.add_subcommand("vote", "Show a proposal and sign a ballot for it");
    vote->add_option("ID", options.vote.id, "SHA-256 of the proposal")->required();
    vote->add_option("--as", options.vote.custodian, "Name of the custodian")->required();
    vote->add_option("--key", options.vote.custodian_key, "His private key (PEM)")->required();
    vote->add_option("--patient", options.vote.patient, "Refuse unless it is about this patient");
    auto* decision = vote->add_option_group("decision");
    decision->add_flag_callback("--approve",
                                [&] { options.vote.decision = salus::keys::Decision::approve; });
    decision->add_flag_callback("--veto",
                                [&] { options.vote.decision = salus::keys::Decision::veto; });
    decision->require_option(1);
    add_administration(*vote, options.vote.administration);
    vote->callback([&] { code = salus::app::vote(options.vote); });

    auto* execute = keys.add_subcommand("execute", "Execute a proposal that was approved");
    execute->add_option("ID", options.execute.id, "SHA-256 of the proposal")->required();
    add_administration(*execute, options.execute.administration);
    execute->callback([&] { code = salus::app::execute(options.execute); });
}

void describe_rotation_commands(CLI::App& keys, Options& options, int& code) {
    auto* status = keys.add_subcommand("status", "Ages, epochs, progress");
    status->add_flag("--json", options.keys.json, "For machines");
    status->callback([&] { code = salus::app::keys_status(options.keys); });
    auto* rotate = keys.add_subcommand("rotate", "Replace all present keys of a kind");
    rotate->add_option("KIND", options.keys.kind, "Which keys")
        ->required()
        ->check(CLI::IsMember({"shard", "data", "index", "signing", "cursor", "detail"}));
    auto* custodian = rotate->add_option("--as", options.keys.custodian,
                                         "Name of the custodian who orders it; role rotate");
    rotate->add_option("--key", options.keys.custodian_key, "His private key (PEM)")
        ->needs(custodian);
    add_administration(*rotate, options.keys.administration);
    rotate->callback([&] { code = salus::app::keys_rotate(options.keys); });
    auto* pause = keys.add_subcommand("pause", "Let rotation rest, also over restarts");
    pause->callback([&] { code = salus::app::keys_pause(options.keys); });
    auto* resume = keys.add_subcommand("resume", "Go on");
    resume->callback([&] { code = salus::app::keys_resume(options.keys); });
    auto* seal = keys.add_subcommand("seal", "Emergency: forget all keys, answer nothing");
    seal->callback([&] { code = salus::app::keys_seal(options.keys); });
    auto* unseal = keys.add_subcommand("unseal", "Lift the seal of a stopped instance");
    add_directory(*unseal, options.keys.administration.directory);
    unseal->callback([&] { code = salus::app::keys_unseal(options.keys); });
    auto* reseal =
        keys.add_subcommand("reseal", "Another passphrase for the key file of a stopped instance");
    add_directory(*reseal, options.reseal.directory);
    reseal->add_option("--passphrase", options.reseal.passphrase,
                       "The new one: file:PATH or credential:NAME; by default it stays");
    reseal->add_flag("--pbkdf2", options.reseal.pbkdf2,
                     "Stretch it as a FIPS module can; by default as crypto.fips asks for");
    reseal->callback([&] { code = salus::app::keys_reseal(options.reseal); });
    for (auto* command : {status, pause, resume, seal})
        add_administration(*command, options.keys.administration, "--key");
}

void describe_evidence_commands(CLI::App& app, Options& options, int& code) {
    auto* check =
        app.add_subcommand("check", "Show the state of every control, with live evidence");
    add_directory(*check, options.check.directory);
    check->add_flag("--json", options.check_json, "For machines");
    check->callback([&] {
        options.check.format = options.check_json ? CheckFormat::json : CheckFormat::table;
        code = salus::app::check(options.check);
    });
}

void add_audit_log(CLI::App& command, AuditLogOptions& options) {
    auto* directory = command.add_option("--dir", options.directory, "The instance's directory");
    directory->default_val("demo");
    command.add_option("--tenant", options.tenant, "One tenant's log");
    command.add_option("--log", options.log, "Instead of an instance: the directory of one log")
        ->check(CLI::ExistingDirectory);
    command.add_option("--key", options.key, "The signer's public key, PEM or NAME+ID+BASE64")
        ->check(CLI::ExistingFile);
    command.add_option("--index", options.index, "Of one leaf")->check(CLI::NonNegativeNumber);
}

void describe_audit_export(CLI::App& audit, Options& options, int& code) {
    auto& exporting = options.audit_export;
    auto* command = audit.add_subcommand(
        "export", "Write events as FHIR AuditEvents, JSON lines, CSV or syslog messages");
    command->add_option("--dir", exporting.log.directory, "The instance's directory")
        ->default_val("demo");
    command->add_option("--tenant", exporting.log.tenant, "Whose log; the first tenant's");
    command->add_option("--log", exporting.log.log, "Instead of an instance: a log's directory")
        ->check(CLI::ExistingDirectory);
    command->add_option("--format", exporting.format, "The format")
        ->check(CLI::IsMember({"fhir", "jsonl", "csv", "syslog"}))
        ->capture_default_str();
    command->add_option("--since", exporting.since, "A date or time (ISO 8601; UTC without zone)");
    command->add_option("--until", exporting.until, "Likewise, to the end of that day or month");
    command->add_option("--patient", exporting.patient, "A patient's pseudonym, 32 hex digits");
    command->add_option("--client", exporting.client, "client_id");
    command->add_option("--event", exporting.events, "An event, such as read or denied");
    command->add_option("--outcome", exporting.outcomes, "How it ended")
        ->check(CLI::IsMember({"ok", "denied", "error"}));
    auto* client = command->add_option("--client-id", exporting.client_id,
                                       "With details: client with the scope admin/audit.read");
    auto* key = command->add_option("--key", exporting.key_file, "Its private key (JWK)")
                    ->check(CLI::ExistingFile);
    command->add_flag("--with-details", exporting.with_details, "Open the sealed details")
        ->needs(client)
        ->needs(key);
    command->callback([&] { code = salus::app::audit_export(exporting); });
}

void describe_audit_retention(CLI::App& audit, Options& options, int& code) {
    auto& retention = options.audit_retention;
    auto* show = audit.add_subcommand("retention", "How old the log is, what is due, what is held");
    show->callback([&] { code = salus::app::audit_retention(retention); });
    auto* prune = audit.add_subcommand(
        "prune", "Propose that what is due goes; then `salus keys vote` and `salus keys execute`");
    prune->add_option("--reason", retention.reason, "For people")->required();
    prune->add_option("--as", retention.custodian, "Name of the proposer")->required();
    prune->add_option("--key", retention.custodian_key, "His private key (PEM)")->required();
    prune->callback([&] { code = salus::app::audit_prune(retention); });
    for (auto* command : {show, prune}) add_administration(*command, retention.administration);
}

void describe_audit_commands(CLI::App& app, Options& options, int& code) {
    auto* audit = app.add_subcommand("audit", "The audit log");
    audit->require_subcommand(1);
    auto* verify = audit->add_subcommand(
        "verify", "Verify leaves, tiles and checkpoint, offline, from files and a public key");
    add_audit_log(*verify, options.audit_verify);
    verify
        ->add_option("--since", options.audit_verify.since,
                     "A checkpoint that was kept elsewhere: only what came after it")
        ->check(CLI::ExistingFile);
    verify
        ->add_option("--mirror-key", options.audit_verify.mirror_key,
                     "Public key of a mirror that must have cosigned (mirror.pub)")
        ->check(CLI::ExistingFile);
    verify
        ->add_option("--proof", options.audit_verify.proof,
                     "Instead of a log: a proof of one leaf that was handed out; with --key")
        ->check(CLI::ExistingFile)
        ->excludes("--since", "--mirror-key", "--index", "--log", "--tenant");
    verify->callback([&] { code = salus::app::audit_verify(options.audit_verify); });

    auto* prove = audit->add_subcommand("prove", "Print a proof that stands by itself (C2SP)");
    add_audit_log(*prove, options.audit_prove);
    prove->add_option("--from", options.audit_prove.from, "Size of the earlier tree")
        ->check(CLI::NonNegativeNumber);
    prove->add_option("--to", options.audit_prove.to, "Size of the later one; the signed one's")
        ->check(CLI::NonNegativeNumber);
    prove->callback([&] { code = salus::app::audit_prove(options.audit_prove); });

    auto* reconcile = audit->add_subcommand(
        "reconcile", "Compare a stopped instance's store with what its audit logs say");
    add_directory(*reconcile, options.audit_reconcile);
    reconcile->callback([&] { code = salus::app::audit_reconcile(options.audit_reconcile); });
    describe_audit_export(*audit, options, code);
    describe_audit_retention(*audit, options, code);

    auto& signing = options.audit_signer;
    auto* signer = audit->add_subcommand("signer", "Sign checkpoints until SIGINT or SIGTERM");
    signer->add_option("--dir", signing.directory, "As the instance here is configured")
        ->check(CLI::ExistingDirectory);
    signer->add_option("--home", signing.home, "Instead: directory of its key and its memory");
    signer->add_option("--socket", signing.socket, "Where it is asked");
    signer->add_option("--peer", signing.peer, "The user whose server may ask; its own");
    signer->add_option("--algorithm", signing.algorithm, "Of a key that is made")
        ->check(CLI::IsMember({"ed25519", "p256"}))
        ->capture_default_str();
    signer->add_flag("--until-closed", signing.until_closed, "End when standard input is closed");
    signer->callback([&] { code = salus::app::audit_signer(signing); });

    auto* identity = audit->add_subcommand("mirror-identity",
                                           "Make the certificate that is shown to the mirror");
    add_directory(*identity, options.audit_mirror_identity);
    identity->callback(
        [&] { code = salus::app::audit_mirror_identity(options.audit_mirror_identity); });
}

void describe_mirror_commands(CLI::App& app, Options& options, int& code) {
    auto* mirror = app.add_subcommand("mirror", "A mirror of audit logs, in another account");
    mirror->require_subcommand(1);
    auto& making = options.mirror_init;
    auto* init = mirror->add_subcommand("init", "Make a mirror: key, certificate, configuration");
    init->add_option("DIR", making.directory, "Directory to make")->required();
    init->add_option("--name", making.name, "Name of its key in cosignatures")
        ->capture_default_str();
    init->add_option("--address", making.address, "Where to listen")->capture_default_str();
    init->add_option("--port", making.port, "Port to listen on")->capture_default_str();
    init->add_option("--host", making.names, "Names and addresses in its certificate");
    init->add_option("--algorithm", making.algorithm, "Of its key: p256 where FIPS is required")
        ->check(CLI::IsMember({"ed25519", "p256"}));
    init->callback([&] { code = salus::app::mirror_init(options.mirror_init); });

    auto& adding = options.mirror_add_log;
    auto* add = mirror->add_subcommand("add-log", "Take a log from now on");
    add->add_option("DIR", adding.directory, "The mirror's directory")
        ->required()
        ->check(CLI::ExistingDirectory);
    add->add_option("--key", adding.key, "Public key of the log's signer")
        ->required()
        ->check(CLI::ExistingFile);
    add->add_option("--origin", adding.origin, "Of the log, where the key is in PEM");
    add->add_option("--client", adding.client, "Certificate of the server that sends it")
        ->required()
        ->check(CLI::ExistingFile);
    add->callback([&] { code = salus::app::mirror_add_log(options.mirror_add_log); });

    auto const on_directory = [&](char const* name, char const* what,
                                  int (*command)(MirrorOptions const&)) {
        auto* described = mirror->add_subcommand(name, what);
        described->add_option("DIR", options.mirror.directory, "The mirror's directory")
            ->required()
            ->check(CLI::ExistingDirectory);
        described->callback([&options, &code, command] { code = command(options.mirror); });
    };
    on_directory("serve", "Take and cosign until SIGINT or SIGTERM", salus::app::mirror_serve);
    on_directory("status", "What was cosigned, and the last alarms", salus::app::mirror_status);
    on_directory("verify", "Verify the copies, offline", salus::app::mirror_verify);
}

void add_client(CLI::App& command, std::string& client, std::filesystem::path& key_file) {
    command.add_option("--client", client, "client_id")->capture_default_str();
    command.add_option("--key", key_file,
                       "The client's private key (JWK); the administrator's by default");
}

void add_source(CLI::App& command, RestoreOptions& options) {
    command.add_option("--from", options.from, "Where the data was backed up to")
        ->required()
        ->check(CLI::ExistingDirectory);
    command.add_option("--keys-from", options.keys_from, "Where the keys were backed up to")
        ->required()
        ->check(CLI::ExistingDirectory);
    command.add_option("--backup", options.backup, "Its number; the newest by default");
    command.add_option("--keys-backup", options.keys_backup,
                       "Number of the keys' backup; the newest by default");
    command.add_option("--newest-known", options.newest_known,
                       "Refuse if the newest backup there is older than this one");
    command
        .add_option("--public-key", options.public_key,
                    "The instance's backup-signing.pem, kept apart")
        ->check(CLI::ExistingFile);
}

void describe_backup(CLI::App& app, Options& options, int& code) {
    auto* backup = app.add_subcommand("backup", "Back up an instance, running or not");
    backup->require_subcommand(0, 1);
    // Given before a subcommand they would be meant for it.
    add_directory(*backup, options.backup.directory);
    backup->add_option("--to", options.backup.to, "Where the data goes: a repository, or new");
    backup->add_option("--keys-to", options.backup.keys_to, "Where the keys go: a place apart");
    add_client(*backup, options.backup.client, options.backup.key_file);

    auto* prune = backup->add_subcommand("prune", "Remove the oldest backups");
    prune->add_option("--to", options.backup.to, "Where the data was backed up to");
    prune->add_option("--keys-to", options.backup.keys_to, "Where the keys were backed up to");
    prune->add_option("--keep", options.backup.keep, "How many stay")
        ->required()
        ->check(CLI::PositiveNumber);
    prune->add_option("--keep-keys", options.backup.keep_keys,
                      "How many of the keys stay, if fewer");
    prune->callback([&] { code = salus::app::backup_prune(options.backup); });

    auto* drill = backup->add_subcommand(
        "drill", "Restore to a scratch place, open every record, report, remove it");
    add_directory(*drill, options.restore.directory);
    add_source(*drill, options.restore);
    drill->add_option("--scratch", options.restore.scratch, "A directory for the copy")
        ->check(CLI::ExistingDirectory);
    add_client(*drill, options.restore.client, options.restore.key_file);
    drill->callback([&] { code = salus::app::backup_drill(options.restore); });

    auto* verify = backup->add_subcommand("verify", "Read and verify every block of a backup");
    add_source(*verify, options.restore);
    verify->callback([&] { code = salus::app::backup_verify(options.restore); });

    backup->callback([&, backup] {
        if (backup->get_subcommands().empty()) code = salus::app::backup_make(options.backup);
    });

    auto* restore = app.add_subcommand("restore", "Make an instance's directory from a backup");
    add_source(*restore, options.restore);
    restore->add_option("--dir", options.restore.directory, "Directory to make")->required();
    restore->callback([&] { code = salus::app::restore(options.restore); });
}

}  // namespace

int main(int argc, char** argv) {
    // A peer that closes its connection is an error of that connection, not of the process.
    std::signal(SIGPIPE, SIG_IGN);
    CLI::App app("Salus: ePHI behind a REST API that enforces HIPAA's safeguards and proves it");
    app.require_subcommand(1);
    app.set_version_flag("--version", SALUS_VERSION);
    Options options;
    int code = kDone;
    describe_instance_commands(app, options, code);
    describe_client_commands(app, options, code);
    describe_definition_commands(app, options, code);
    auto* keys =
        app.add_subcommand("keys", "Keys: their state and rotation, and who decides about them");
    keys->require_subcommand(1);
    describe_rotation_commands(*keys, options, code);
    describe_custodian_commands(*keys, options, code);
    describe_proposal_commands(*keys, options, code);
    describe_evidence_commands(app, options, code);
    describe_audit_commands(app, options, code);
    describe_mirror_commands(app, options, code);
    describe_backup(app, options, code);
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        auto const parsed = app.exit(error);
        return parsed == 0 ? kDone : kUsage;
    }
    return code;
}
