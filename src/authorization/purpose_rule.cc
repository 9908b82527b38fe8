#include "authorization/purpose_rule.h"

#include <array>
#include <fmt/format.h>
#include <span>

namespace salus::authorization {
namespace {

// Names come from the FHIR definitions and the closed list of purposes: nothing has to be escaped.
std::string joined_names(std::vector<std::string> const& names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string fields_of(request::AllowedElements const& elements) {
    return elements.all ? "*" : joined_names(elements.names);
}

std::string types_in(std::span<std::string const> names) {
    std::string list;
    for (auto const& name : names)
        list += fmt::format("{}Type::\"{}\"", list.empty() ? "" : ", ", name);
    return "[" + list + "]";
}

// An act on resources: what of the actions permits it, by name.
struct Act {
    std::string_view name;
    std::string_view actions;
    AllowedTypes PurposeRule::* types;
};
constexpr std::array<Act, 4> kActs{{
    {"read", R"(Action::"read", Action::"search")", &PurposeRule::read},
    {"write", R"(Action::"create", Action::"update")", &PurposeRule::write},
    {"delete", R"(Action::"delete")", &PurposeRule::remove},
    {"declassify", R"(Action::"declassify")", &PurposeRule::declassify},
}};

void permit(std::string& text, std::string const& id, std::string const& fields,
            std::string_view actions, std::string_view resource, std::string const& condition) {
    text += fmt::format(
        "@id(\"{}\")\n@fields(\"{}\")\npermit(principal, action in [{}], {})\n"
        "when {{ {} }};\n",
        id, fields, actions, resource, condition);
}

// One rule for each type that has elements of its own, and one for all others.
void add_act(std::string& text, PurposeRule const& rule, Act const& act,
             std::string const& purpose) {
    auto const& types = rule.*act.types;
    auto const id = fmt::format("{}.{}", rule.id.text(), act.name);
    std::vector<std::string> own;
    std::vector<std::string> others;
    for (auto const& [type, elements] : rule.elements) {
        if (!types.contains(type)) continue;
        own.push_back(type);
        permit(text, fmt::format("{}.{}", id, type), fields_of(elements), act.actions,
               fmt::format("resource in Type::\"{}\"", type), purpose);
    }
    for (auto const& name : types.names) {
        if (!rule.elements.contains(name)) others.push_back(name);
    }
    if (!types.all && others.empty()) return;
    auto condition = purpose;
    if (!types.all) condition += " && resource in " + types_in(others);
    if (types.all && !own.empty()) condition += " && !(resource in " + types_in(own) + ")";
    permit(text, id, fields_of(rule.other_elements), act.actions, "resource is Record", condition);
}

void add_functions(std::string& text, PurposeRule const& rule, std::string const& purpose) {
    auto const id = rule.id.text();
    constexpr std::string_view kBoth = R"(Action::"administerRead", Action::"administerWrite")";
    if (rule.purpose == request::PurposeOfUse::system_administration) {
        permit(
            text, fmt::format("{}.administer", id), "", kBoth, "resource is Function",
            purpose + R"( && ![Function::"auditDetails", Function::"launch"].contains(resource))");
    }
    // The scope says it: whoever may open apps on any patient.
    permit(text, fmt::format("{}.launch", id), "", R"(Action::"administerWrite")",
           R"(resource == Function::"launch")", purpose);
    // Of one's own request.
    permit(text, fmt::format("{}.receipt", id), "", R"(Action::"administerRead")",
           R"(resource == Function::"receipt")", purpose);
    if (rule.read.contains("AuditEvent")) {
        permit(text, fmt::format("{}.audit-details", id), "", R"(Action::"administerRead")",
               R"(resource == Function::"auditDetails")", purpose);
    }
    if (rule.reach == request::Reach::population) {
        permit(text, fmt::format("{}.population", id), "", R"(Action::"spanPatients")",
               "resource is Record", purpose);
    }
}

void add_sign_in(std::string& text, PurposeRule const& rule, std::string_view name,
                 SignIn const& sign_in, std::string_view actions) {
    text += fmt::format(
        "@id(\"{}.sign-in.{}\")\n@obligate(\"sign-in:{}:{}\")\n"
        "permit(principal is User, action == Action::\"limit\", resource)\n"
        "when {{ context.purpose == \"{}\" && [{}].contains(context.action) }};\n",
        rule.id.text(), name, sign_in.least == Assurance::phishing_resistant ? "phr" : "mfa",
        sign_in.max_age.count(), request::code_of(rule.purpose).text(), actions);
}

}  // namespace

SignIn stricter_of(SignIn const& one, SignIn const& other) {
    SignIn both{.least = std::max(one.least, other.least),
                .max_age = std::min(one.max_age, other.max_age)};
    // 0 is no limit.
    if (both.max_age.count() == 0) both.max_age = std::max(one.max_age, other.max_age);
    return both;
}

Literal acr_values_of(Assurance least) {
    return least == Assurance::phishing_resistant ? Literal("phr") : Literal("phr mfa");
}

std::optional<Assurance> assurance_of(std::string_view acr) {
    if (acr == "phr") return Assurance::phishing_resistant;
    if (acr == "mfa") return Assurance::multi_factor;
    return std::nullopt;
}

std::string to_policies(PurposeTable const& table) {
    std::string text;
    for (auto const& rule : table.rules) {
        auto const purpose =
            fmt::format("context.purpose == \"{}\"", request::code_of(rule.purpose).text());
        for (auto const& act : kActs) add_act(text, rule, act, purpose);
        add_functions(text, rule, purpose);
        add_sign_in(text, rule, "read", rule.sign_ins.read, R"("read", "search")");
        add_sign_in(text, rule, "write", rule.sign_ins.write,
                    R"("create", "update", "delete", "declassify")");
        add_sign_in(text, rule, "administration", rule.sign_ins.administration,
                    R"("administerRead", "administerWrite", "spanPatients")");
    }
    return text;
}

}  // namespace salus::authorization
