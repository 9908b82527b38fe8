#include "app/policy_section.h"

#include <filesystem>
#include <fmt/format.h>

#include "app/policy_folder.h"
#include "app/sign_in_section.h"
#include "authorization/policy.h"
#include "fhir/definitions.h"

namespace salus::app {
namespace {

namespace filesystem = std::filesystem;

authorization::AllowedTypes types(Section& section, std::string_view key) {
    auto names = section.texts(key);
    if (names == std::vector<std::string>{"*"}) return {.all = true, .names = {}};
    for (auto const& name : names) {
        if (!fhir::is_resource_type(name)) section.complain(key, "names an unknown resource type");
    }
    return {.all = false, .names = std::move(names)};
}

request::AllowedElements elements(Section& section, std::string_view key) {
    auto names = section.texts(key);
    if (names == std::vector<std::string>{"*"}) return {.all = true, .names = {}};
    return {.all = false, .names = std::move(names)};
}

void check_elements(Section& section, fhir::Type const& type,
                    request::AllowedElements const& allowed) {
    for (auto const& name : allowed.names) {
        if (fhir::find_element(type, name) == nullptr) {
            section.complain(type.name.text(), "lists an element that this type does not have");
        }
    }
}

authorization::PurposeRule purpose_rule(std::string const& code, toml::table const* table,
                                        std::string& why) {
    Section section(table, "policy." + code, why);
    authorization::PurposeRule rule;
    rule.id = PolicyRuleId("purpose:" + code);
    auto const purpose = request::purpose_of_code(code);
    if (!purpose) section.complain("", "is not a purpose of use that Salus knows");
    rule.purpose = purpose.value_or(request::PurposeOfUse::treatment);
    rule.read = types(section, "read");
    rule.write = types(section, "write");
    rule.remove = types(section, "delete");
    if (section.has("declassify")) rule.declassify = types(section, "declassify");
    if (section.has("population") && section.boolean("population")) {
        rule.reach = request::Reach::population;
    }
    rule.other_elements = elements(section, "other_elements");
    rule.sign_ins = read_sign_ins(section, code, why);
    if (section.has("elements")) {
        auto const* by_type = section.section("elements");
        Section listed(by_type, "policy." + code + ".elements", why);
        auto const nothing = toml::table{};
        for (auto const& [key, value] : by_type == nullptr ? nothing : *by_type) {
            auto const name = std::string(key.str());
            auto const* type = fhir::find_resource_type(name);
            auto allowed = elements(listed, name);
            if (type == nullptr) listed.complain(name, "is not a resource type");
            if (type != nullptr) check_elements(listed, *type, allowed);
            rule.elements.emplace(name, std::move(allowed));
        }
    }
    section.finish();
    return rule;
}

void read_policy_files(filesystem::path const& folder, Configuration& configuration,
                       std::string& why) {
    auto policy = read_policy_folder(folder);
    if (policy) {
        configuration.policy = *std::move(policy);
        return;
    }
    for (auto const& problem : policy.error())
        why += fmt::format("{}authorization.policies: {}", why.empty() ? "" : "\n", problem);
}

}  // namespace

void read_policy(Section& top, Configuration& configuration, std::string& why) {
    auto const* tables = top.has("policy") ? top.section("policy") : nullptr;
    filesystem::path folder;
    if (top.has("authorization")) {
        Section section(top.section("authorization"), "authorization", why);
        folder = section.text("policies");
        auto const source = section.has("source") ? section.text("source") : "versions";
        if (source == "configuration") configuration.policy_source = PolicySource::configuration;
        if (source != "configuration" && source != "versions")
            section.complain("source", "must be versions or configuration");
        if (!folder.empty() && tables != nullptr && !tables->empty()) {
            section.complain("policies", "is set, so there must be no [policy.*]");
        }
        section.finish();
    }
    if (!why.empty()) return;
    if (!folder.empty()) {
        read_policy_files(configuration.directory / folder, configuration, why);
        return;
    }
    authorization::PurposeTable purposes;
    for (auto const& [key, value] : tables == nullptr ? toml::table{} : *tables)
        purposes.rules.push_back(purpose_rule(std::string(key.str()), value.as_table(), why));
    if (why.empty()) configuration.policy = authorization::Policy(purposes);
}

}  // namespace salus::app
