// What a privacy officer reads of a decision.
#include "app/policy_questions.h"
#include "json/document.h"

namespace salus::app {
namespace {

std::string texts(std::optional<json::Value> const& list) {
    std::string text;
    if (!list || !list->is_array()) return text;
    for (auto const each : list->elements()) {
        if (each.is_string()) text.append(text.empty() ? "" : ", ").append(each.text());
    }
    return text;
}

bool has_some(std::optional<json::Value> const& list) {
    return list && list->is_array() && list->size() > 0;
}

void add_rules(std::string& page, std::optional<json::Value> const& rules) {
    if (!has_some(rules)) return;
    page += "\nThe rules that decided:\n";
    for (auto const rule : rules->elements()) {
        page += "  " + rule.text_member("id").value_or("") + "\n";
        for (auto const* name : {"description", "reference"}) {
            if (auto const text = rule.text_member(name)) page += "      " + *text + "\n";
        }
    }
}

void add_withheld(std::string& page, std::optional<json::Value> const& withheld) {
    if (!has_some(withheld)) return;
    page += "\nElements that stay withheld:\n";
    for (auto const each : withheld->elements()) {
        auto const rules = texts(each.member("rules"));
        page += "  " + each.text_member("element").value_or("") +
                (rules.empty() ? ": no rule opens it" : ": by " + rules) + "\n";
    }
}

std::string remedy(json::Value each) {
    auto const kind = each.text_member("kind").value_or("");
    auto const value = each.text_member("value").value_or("");
    if (kind == "stronger-sign-in") return "a new sign-in that proves " + value;
    if (kind == "recent-sign-in") return "a new sign-in";
    if (kind == "scope") return "the scope " + value;
    if (kind == "purpose") return "the purpose of use " + value;
    if (kind == "role") return "the role " + value;
    if (kind == "care") return "taking part in the care of the patient";
    if (kind == "emergency") return "declaring an emergency for the patient";
    if (kind == "network") return "a network that is " + value;
    if (kind == "device") return "a device that is " + value;
    if (kind == "time") return "another time: " + value;
    return kind + " " + value;
}

void add_remedies(std::string& page, std::optional<json::Value> const& remedies) {
    if (!has_some(remedies)) return;
    page += "\nEach of these alone would have it allowed; none is a recommendation:\n";
    for (auto const each : remedies->elements()) page += "  " + remedy(each) + "\n";
}

}  // namespace

std::string explanation_page(std::string answer) {
    json::Parser parser;
    auto const document = parser.parse(std::move(answer));
    if (!document) return {};
    auto const root = document->root();
    auto const allowed = root.member("allowed");
    if (!allowed || !allowed->is_boolean()) return {};
    std::string page = allowed->boolean() ? "ALLOWED: " : "REFUSED: ";
    page += root.text_member("interaction").value_or("");
    if (auto const type = root.text_member("type")) page += " of " + *type;
    page += ", purpose " + root.text_member("purpose").value_or("none");
    auto const roles = texts(root.member("roles"));
    page += roles.empty() ? ", no role" : ", roles " + roles;
    auto const places = texts(root.member("works_at"));
    page += places.empty() ? "\n" : ", works at " + places + "\n";
    if (auto const why = root.text_member("why")) page += "  " + *why + "\n";
    add_rules(page, root.member("rules"));
    auto const scopes = texts(root.member("scopes"));
    if (!scopes.empty()) page += "\nScopes of the token that permit it: " + scopes + "\n";
    add_withheld(page, root.member("withheld"));
    add_remedies(page, root.member("remedies"));
    page += "\nPolicy " + root.text_member("policy").value_or("");
    return page;
}

}  // namespace salus::app
