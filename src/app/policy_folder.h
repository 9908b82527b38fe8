// A folder with a policy, as policies/hospital of the source tree is one: *.cedar; and beside them
// facts.json and tests/*.json, what the policy has to decide. Values; one thread.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "authorization/policy.h"

namespace salus::app {

// For the operator, a line each: the file, and line and column where there are some, then what is
// wrong.
using PolicyProblems = std::vector<std::string>;

// The files *.cedar in the order of their names, as one text, parsed and validated (AZ-8).
[[nodiscard]] std::expected<authorization::Policy, PolicyProblems> read_policy_folder(
    std::filesystem::path const& folder);

struct PolicyFile {
    std::string name;
    std::string text;
};
// facts.json, and tests/*.json in the order of their names.
struct PolicyTables {
    std::string facts;
    std::vector<PolicyFile> tables;
};
[[nodiscard]] std::expected<PolicyTables, PolicyProblems> read_policy_tables(
    std::filesystem::path const& folder);

// What came of the tables of a folder.
struct PolicyTest {
    std::size_t cases = 0;
    std::size_t differing = 0;
    PolicyProblems problems;  // of the differing ones the first
};
[[nodiscard]] std::expected<PolicyTest, PolicyProblems> test_policy_folder(
    std::filesystem::path const& folder, authorization::Policy const& policy);

}  // namespace salus::app
