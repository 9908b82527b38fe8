#include "authorization/policy_document.h"

#include <algorithm>
#include <array>
#include <map>

#include "authorization/named_roles.h"
#include "authorization/policy_survey.h"
#include "authorization/type_groups.h"
#include "fhir/definitions.h"

namespace salus::authorization {
namespace {

using request::PurposeOfUse;

// Text of the policy inside a cell of a table.
std::string cell(std::string_view text) {
    std::string out;
    for (char const c : text) {
        if (c == '|') out.push_back('\\');
        out.push_back(c == '\n' || c == '\r' ? ' ' : c);
    }
    return out;
}

std::string listed(std::vector<std::string> const& names) {
    std::string text;
    for (auto const& name : names) text.append(text.empty() ? "" : ", ").append(name);
    return text;
}

// Whole groups by their names, what is left of others by its own.
std::string types_in_words(std::vector<std::string> const& names) {
    auto const all = fhir::resource_types();
    if (names.size() == all.size()) return "every type";
    std::map<std::string_view, std::vector<std::string>> of_group;
    std::map<std::string_view, std::size_t> sizes;
    for (auto const& type : all) ++sizes[group_of(type.name.text())];
    for (auto const& name : names) of_group[group_of(name)].push_back(name);
    std::string text;
    for (auto const& [group, members] : of_group) {
        bool const whole = members.size() == sizes[group] && members.size() > 1;
        text.append(text.empty() ? "" : ", ");
        text += whole ? "all of " + std::string(group) : listed(members);
    }
    return text;
}

std::string acts_in_words(SurveyLine const& line) {
    std::string text;
    for (auto const act : line.acts) text.append(text.empty() ? "" : ", ").append(act.text());
    return text;
}

void write_lines(std::string& out, std::string_view whom, std::vector<SurveyLine> const& lines) {
    for (auto const& line : lines) {
        out.append("| ").append(whom).append(" | ").append(acts_in_words(line)).append(" | ");
        out += line.is_function ? "functions: " + listed(line.names) : types_in_words(line.names);
        out.append(" | ").append(line.elements.empty() ? "-" : line.elements);
        out.append(" | ").append(line.duties.empty() ? "-" : line.duties).append(" |\n");
    }
}

// A service does not sign in: what it may is compared without duties.
std::vector<SurveyLine> without_duties(std::vector<SurveyLine> lines) {
    for (auto& line : lines) line.duties.clear();
    return lines;
}

struct Section {
    std::vector<SurveyLine> others;
    std::vector<SurveyLine> care;
    std::vector<SurveyLine> own;
    std::vector<SurveyLine> service;
    friend bool operator==(Section const&, Section const&) = default;
    [[nodiscard]] bool empty() const {
        return others.empty() && care.empty() && own.empty() && service.empty();
    }
};

class DocumentWriter {
public:
    DocumentWriter(Policy const& policy, TenantName const& tenant, WallTime now)
        : policy_(policy), tenant_(tenant), now_(now) {}

    std::string write() {
        write_head();
        for (auto const purpose : request::all_purposes())
            without_role_[purpose] = ask({}, purpose);
        write_role("Without a role", {});
        for (auto const& role : named_roles(policy_.rules())) {
            if (auto name = request::RoleName::parse(role))
                write_role("Role " + role, {*std::move(name)});
        }
        write_rules();
        return std::move(out_);
    }

private:
    void write_head() {
        out_ += "# The policy in force\n\n";
        out_ += "Tenant " + tenant_.text() + ", " + to_instant(now_) + ". " +
                std::to_string(policy_.rules().policies().size()) + " rules, SHA-256 `" +
                to_hex(policy_.hash()) + "`.\n\n";
        out_ +=
            "Each line is what the policy answered when it was asked: for whoever holds no role, "
            "then for each\nrole that a rule names, with each purpose of use, about every type of "
            "resource. A token's scopes limit this further.\n`id` and `meta` always leave.\n\n"
            "Assumed: people signed in just now, as well as can be; requests come from an internal "
            "network, on a device\nthat is managed and encrypted, at noon of a Wednesday, and are "
            "the first in a while; records have no labels.\nFor ETREAT a person declared an "
            "emergency for the patient.\n";
    }

    Section ask(request::RoleNames const& roles, PurposeOfUse purpose) {
        Asker asker{.roles = roles, .purpose = purpose, .is_person = true, .own = false};
        asker.emergency = purpose == PurposeOfUse::emergency;
        Section section;
        section.others = survey(policy_, tenant_, asker, now_);
        asker.care = true;
        section.care = survey(policy_, tenant_, asker, now_);
        asker.care = false;
        asker.own = true;
        section.own = survey(policy_, tenant_, asker, now_);
        asker.own = asker.is_person = false;
        section.service = survey(policy_, tenant_, asker, now_);
        return section;
    }

    void write_role(std::string const& title, request::RoleNames const& roles) {
        out_ += "\n## " + title + "\n";
        std::vector<std::string> nothing;
        std::vector<std::string> as_without;
        for (auto const purpose : request::all_purposes()) {
            std::string const code(request::code_of(purpose).text());
            auto const section = roles.empty() ? without_role_[purpose] : ask(roles, purpose);
            if (section.empty())
                nothing.push_back(code);
            else if (!roles.empty() && section == without_role_[purpose])
                as_without.push_back(code);
            else
                write_section(code, section);
        }
        if (!as_without.empty()) out_ += "\nAs without a role: " + listed(as_without) + ".\n";
        if (!nothing.empty()) out_ += "\nNothing is permitted: " + listed(nothing) + ".\n";
    }

    void write_section(std::string const& code, Section const& section) {
        out_ += "\n### " + code + "\n\n";
        out_ += "| who, and whose records | acts | on | elements | duties |\n";
        out_ += "|---|---|---|---|---|\n";
        bool const care_alike = section.care == section.others;
        bool const own_alike = section.own == section.others;
        bool const service_alike =
            without_duties(section.service) == without_duties(section.others);
        write_lines(out_,
                    "people" + std::string(service_alike ? " and services" : "") +
                        (own_alike && care_alike ? "" : ", of anybody"),
                    section.others);
        if (!care_alike) write_differing("people, of those they care for", section.care);
        if (!own_alike) write_differing("people, their own", section.own);
        if (!service_alike) write_differing("services", section.service);
    }

    void write_differing(std::string_view whom, std::vector<SurveyLine> const& lines) {
        write_lines(out_, whom, lines);
        if (lines.empty()) out_.append("| ").append(whom).append(" | nothing | - | - | - |\n");
    }

    void write_rules() {
        out_ += "\n## Rules\n\n| id | what it says | reference |\n|---|---|---|\n";
        for (auto const& rule : policy_.rules().policies()) {
            out_ += "| " + cell(rule.id) + " | " + cell(Policy::annotation(rule, "description")) +
                    " | " + cell(Policy::annotation(rule, "reference")) + " |\n";
        }
    }

    Policy const& policy_;
    TenantName const& tenant_;
    WallTime now_;
    std::string out_;
    std::map<PurposeOfUse, Section> without_role_;
};

}  // namespace

std::string policy_document(Policy const& policy, TenantName const& tenant, WallTime now) {
    return DocumentWriter(policy, tenant, now).write();
}

}  // namespace salus::authorization
