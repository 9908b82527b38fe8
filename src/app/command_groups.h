// The program's command line, group by group (main.cc has the first). A group's struct holds what
// its commands are given, and must stand until the command has run; `code` becomes the exit code.
#pragma once

#include "app/commands.h"
#include "app/policy_changes.h"
#include "app/policy_questions.h"
#include "app/users.h"

namespace CLI {
class App;
}

namespace salus::app {

struct KeysGroup {
    CustodianKeyOptions custodian_key;
    CustodiansOptions custodians;
    ProposeOptions propose;
    ProposalOptions proposals;
    ProposalOptions execute;
    VoteOptions vote;
    HoldOptions hold;
    KeysOptions keys;
    ResealOptions reseal;
};
struct AuditGroup {
    AuditLogOptions audit_verify;
    AuditLogOptions audit_prove;
    std::filesystem::path audit_reconcile;
    AuditAccessOptions audit_access;
    AuditExportOptions audit_export;
    AuditRetentionOptions audit_retention;
    AuditSignerOptions audit_signer;
    std::filesystem::path audit_mirror_identity;
    MirrorInitOptions mirror_init;
    MirrorLogOptions mirror_add_log;
    MirrorOptions mirror;
};
struct PolicyGroup {
    PolicyOptions questions;
    PolicyChangeOptions changes;
    std::filesystem::path folder;  // validate, test
};
struct BackupGroup {
    BackupOptions backup;
    RestoreOptions restore;
};

void describe_keys(CLI::App& app, KeysGroup& options, int& code);
// With the mirror's.
void describe_audit(CLI::App& app, AuditGroup& options, int& code);
void describe_backup(CLI::App& app, BackupGroup& options, int& code);
void describe_users(CLI::App& app, UserOptions& options, int& code);
void describe_policy(CLI::App& app, PolicyGroup& group, int& code);
// Inside `salus policy`.
void describe_policy_changes(CLI::App& policy, PolicyChangeOptions& options, int& code);

// Options that commands of several groups have.
void add_directory(CLI::App& command, std::filesystem::path& directory);
void add_administration(CLI::App& command, AdministrationOptions& options,
                        std::string const& key_option = "--client-key");

}  // namespace salus::app
