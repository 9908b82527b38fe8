// Changes of the policy (AZ-8): `salus policy propose` and what follows it. Each command is one or
// two requests to /admin/policy/versions. Thread safety: one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "app/administration.h"

namespace salus::app {

struct PolicyChangeOptions {
    AdministrationOptions administration;
    std::filesystem::path
        folder;                 // propose: *.cedar; facts.json and tests/*.json if they are there
    std::string reason;         // propose
    std::uint64_t version = 0;  // all but propose and versions
    std::int64_t days = 30;     // replay
    bool json = false;          // versions
};

// Prints the number of the version, or what is wrong with it.
int policy_propose(PolicyChangeOptions const& options);
// One line for each, the newest first.
int policy_versions(PolicyChangeOptions const& options);
// The text of one.
int policy_version(PolicyChangeOptions const& options);
// What would be decided otherwise, in JSON.
int policy_replay(PolicyChangeOptions const& options);
// By a person: with an access token of theirs (--token-file).
int policy_approve(PolicyChangeOptions const& options);
int policy_activate(PolicyChangeOptions const& options);
int policy_withdraw(PolicyChangeOptions const& options);

}  // namespace salus::app
