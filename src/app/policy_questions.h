// Questions about policies (AZ-4, AZ-7, AZ-8): `salus policy`. Each command about the policy in
// force is one request to /admin/policy; those about a folder need no instance. Thread safety: one
// thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/administration.h"

namespace salus::app {

struct PolicyOptions {
    AdministrationOptions administration;
    // explain: whom it is about, one of these
    std::string user;     // by user name
    std::string client;   // by client_id
    bool person = false;  // nobody who is stored
    bool service = false;
    // under which circumstances; empty: as the server has it by default
    std::vector<std::string> roles;
    std::string scope;
    std::string purpose;
    std::string acr;
    std::int64_t auth_age = -1;  // seconds
    bool care = false;
    std::vector<std::string> works_at;   // beside what is stored
    std::vector<std::string> locations;  // of the record; empty: not known
    bool at_work = false;
    bool emergency = false;
    std::string network;  // internal, allowed, other, denied
    // and what: an interaction with a type, or a function with an access
    std::string interaction;
    std::string type;
    bool own = false;
    std::string function;
    std::string access;
    bool json = false;  // show, explain
};
// Hash, number of rules, text.
int policy_show(PolicyOptions const& options);
// What the policy opens, for whom and for what purpose: Markdown.
int policy_document(PolicyOptions const& options);
// Whether the policy in a folder would be taken; whether it decides as the tables there say
// (policies/README.md).
int policy_validate(std::filesystem::path const& folder);
int policy_test(std::filesystem::path const& folder);
// A page for a privacy officer; a refusal that was explained is no failure.
int policy_explain(PolicyOptions const& options);

// The page of an answer of POST /admin/policy/explain; empty: it is none.
[[nodiscard]] std::string explanation_page(std::string answer);

}  // namespace salus::app
