#include <CLI/CLI.hpp>

#include "app/command_groups.h"

namespace salus::app {
namespace {

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

void describe_audit_export(CLI::App& audit, AuditGroup& options, int& code) {
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

void describe_audit_retention(CLI::App& audit, AuditGroup& options, int& code) {
    auto& retention = options.audit_retention;
    auto* show = audit.add_subcommand("retention", "How old the log is, what is due, what is held");
    show->add_option("--log", retention.log,
                     "Instead of an instance: the directory of one log; holds are not looked at")
        ->check(CLI::ExistingDirectory);
    show->add_option("--years", retention.years, "With --log: how long leaves are kept")
        ->capture_default_str();
    show->callback([&] { code = salus::app::audit_retention(retention); });
    auto* prune = audit.add_subcommand(
        "prune", "Propose that what is due goes; then `salus keys vote` and `salus keys execute`");
    prune->add_option("--reason", retention.reason, "For people")->required();
    prune->add_option("--as", retention.custodian, "Name of the proposer")->required();
    prune->add_option("--key", retention.custodian_key, "His private key (PEM)")->required();
    prune->callback([&] { code = salus::app::audit_prune(retention); });
    for (auto* command : {show, prune}) add_administration(*command, retention.administration);
}

void describe_mirror_commands(CLI::App& app, AuditGroup& options, int& code) {
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

}  // namespace

void describe_audit(CLI::App& app, AuditGroup& options, int& code) {
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
        ->excludes("--since", "--index", "--log", "--tenant");
    verify->callback([&] { code = salus::app::audit_verify(options.audit_verify); });

    auto* prove = audit->add_subcommand("prove", "Print a proof that stands by itself (C2SP)");
    add_audit_log(*prove, options.audit_prove);
    prove->add_option("--from", options.audit_prove.from, "Size of the earlier tree")
        ->check(CLI::NonNegativeNumber);
    prove->add_option("--to", options.audit_prove.to, "Size of the later one; the signed one's")
        ->check(CLI::NonNegativeNumber);
    prove
        ->add_flag("--parent", options.audit_prove.through_parent,
                   "With --index: up to the checkpoint of the instance's parent log")
        ->excludes("--log", "--from", "--to");
    prove->callback([&] { code = salus::app::audit_prove(options.audit_prove); });

    auto* reconcile = audit->add_subcommand(
        "reconcile", "Compare a stopped instance's store with what its audit logs say");
    add_directory(*reconcile, options.audit_reconcile);
    reconcile->callback([&] { code = salus::app::audit_reconcile(options.audit_reconcile); });
    auto& accessing = options.audit_access;
    auto* access = audit->add_subcommand("access", "Who may read the files of the logs");
    add_directory(*access, accessing.directory);
    access->add_flag("--mend", accessing.mend, "Set groups and rights that are wrong");
    access->callback([&] { code = salus::app::audit_access(accessing); });
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
    describe_mirror_commands(app, options, code);
}

}  // namespace salus::app
