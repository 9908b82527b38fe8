#include <CLI/CLI.hpp>

#include "app/command_groups.h"

namespace salus::app {
namespace {

void describe_custodian_commands(CLI::App& keys, KeysGroup& options, int& code) {
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

void describe_proposal_commands(CLI::App& keys, KeysGroup& options, int& code) {
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

void describe_rotation_commands(CLI::App& keys, KeysGroup& options, int& code) {
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

}  // namespace

void describe_keys(CLI::App& app, KeysGroup& options, int& code) {
    auto* keys =
        app.add_subcommand("keys", "Keys: their state and rotation, and who decides about them");
    keys->require_subcommand(1);
    describe_rotation_commands(*keys, options, code);
    describe_custodian_commands(*keys, options, code);
    describe_proposal_commands(*keys, options, code);
}

}  // namespace salus::app
