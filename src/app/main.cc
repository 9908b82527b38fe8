// The program `salus`: reads the command line and calls one command.
#include <CLI/CLI.hpp>
#include <csignal>
#include <map>

#include "app/command_groups.h"

namespace {

using namespace salus::app;

struct Options {
    InitOptions init;
    ServeOptions serve;
    ImportOptions import;
    GenerateOptions generate;
    ClientAddOptions client_add;
    UserOptions user;
    PolicyGroup policy;
    TokenOptions token;
    DefinitionsOptions definitions;
    CheckOptions check;
    KeysGroup keys;
    AuditGroup audit;
    BackupGroup backup;
    bool check_json = false;
};

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
    init->add_option("--policies", options.init.policies,
                     "purposes: tables in salus.toml; hospital: rules in files, with roles")
        ->transform(CLI::CheckedTransformer(std::map<std::string, PolicyChoice>{
            {"purposes", PolicyChoice::purposes}, {"hospital", PolicyChoice::hospital}}))
        ->default_str("purposes");
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
    auto* add =
        client->add_subcommand("add", "Register a service, or an app that people sign in to");
    add_directory(*add, options.client_add.directory);
    add->add_option("--tenant", options.client_add.tenant, "A tenant other than the first");
    add->add_option("ID", options.client_add.id, "client_id: A-Z, a-z, 0-9, - and _")->required();
    add->add_option("--name", options.client_add.name, "Name for people");
    add->add_option("--scope", options.client_add.scope, "The most it can be granted")
        ->capture_default_str();
    add->add_option("--purpose", options.client_add.purposes,
                    "Purposes of use it may state; the first is its default")
        ->capture_default_str();
    add->add_option("--role", options.client_add.roles,
                    "What it is where it acts for itself: registry; repeatable");
    add->add_option("--location", options.client_add.locations,
                    "Where it works then: Location/[id], Organization/[id]; repeatable");
    auto* jwks = add->add_option("--jwks", options.client_add.jwks, "Its public keys (RFC 7517)")
                     ->check(CLI::ExistingFile);
    add->add_option("--jwks-uri", options.client_add.jwks_uri,
                    "The https address of its public keys");
    add->add_option("--new-key", options.client_add.key_file,
                    "Make a key pair and write the private key to this file")
        ->excludes(jwks);
    add->add_option(
        "--certificate-subject", options.client_add.certificate_subject,
        "The subject of a TLS certificate by an authority that [oauth] names (RFC 4514)");
    add->add_option("--certificate-dns", options.client_add.certificate_dns, "Or its DNS name");
    add->add_option("--certificate-uri", options.client_add.certificate_uri, "Or its URI");
    add->add_flag("--self-signed-certificate", options.client_add.self_signed,
                  "It proves itself by a TLS certificate with one of its keys (RFC 8705)");
    add->add_flag("--certificate-bound", options.client_add.certificate_bound,
                  "No token that counts without its TLS certificate (RFC 8705)");
    add->add_flag("--dpop-bound", options.client_add.dpop_bound,
                  "No token that counts without a proof of possession (RFC 9449)");
    add->add_option("--redirect-uri", options.client_add.redirect_uris,
                    "An app for people: where answers go, exactly");
    add->add_option("--logout-uri", options.client_add.logout_uris,
                    "Where it may send people once they signed out");
    add->add_option("--backchannel-logout-uri", options.client_add.backchannel_logout_uri,
                    "Where it is told that a session ended (OpenID Connect Back-Channel Logout)");
    add->add_flag("--public", options.client_add.is_public, "It can keep no secret: no keys")
        ->excludes(jwks);
    add->add_flag("--par", options.client_add.pushes, "It pushes its requests (RFC 9126)");
    add->add_flag("--device-posture", options.client_add.device_posture,
                  "Its assertions may say what device it runs on");
    add->add_flag("--fapi2", options.client_add.fapi2, "Held to FAPI 2.0");
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
    describe_users(app, options.user, code);
    describe_policy(app, options.policy, code);
    describe_definition_commands(app, options, code);
    describe_keys(app, options.keys, code);
    describe_evidence_commands(app, options, code);
    describe_audit(app, options.audit, code);
    describe_backup(app, options.backup, code);
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        auto const parsed = app.exit(error);
        return parsed == 0 ? kDone : kUsage;
    }
    return code;
}
