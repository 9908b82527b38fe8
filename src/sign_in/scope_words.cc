#include "sign_in/scope_words.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "foundation/limits.h"
#include "foundation/oauth_limits.h"
#include "foundation/sign_in_limits.h"
#include "sign_in/constraint_words.h"

namespace salus::sign_in {
namespace {

using request::Scope;
using request::ScopeContext;
using request::ScopeWord;

struct Word {
    std::string_view type;
    std::string_view things;
};
// Where the type's name is no everyday word, or its plural is not made with an s.
constexpr std::array kWords{
    Word{"*", "everything in the record"},
    Word{"AllergyIntolerance", "allergies and intolerances"},
    Word{"AuditEvent", "who looked at the records"},
    Word{"Binary", "attached files"},
    Word{"Condition", "conditions and diagnoses"},
    Word{"Coverage", "insurance coverage"},
    Word{"DiagnosticReport", "diagnostic reports"},
    Word{"DocumentReference", "documents"},
    Word{"Encounter", "visits"},
    Word{"ExplanationOfBenefit", "insurance statements"},
    Word{"FamilyMemberHistory", "family history"},
    Word{"Immunization", "vaccinations"},
    Word{"Media", "photos and recordings"},
    Word{"Observation", "test results and vital signs"},
    Word{"Patient", "name, birth date and contact details"},
    Word{"Practitioner", "doctors and nurses"},
    Word{"Provenance", "where entries come from"},
    Word{"ServiceRequest", "orders and referrals"},
    Word{"Specimen", "samples"},
};

// What one scope lets an app do, as far as people tell it apart.
struct Access {
    bool see = false;
    bool change = false;  // add, too
    bool remove = false;
    friend bool operator==(Access const&, Access const&) = default;
};

Access access_of(Scope const& scope) {
    return {.see = scope.read || scope.search,
            .change = scope.create || scope.update,
            .remove = scope.remove};
}

std::string verbs_of(Access access) {
    std::vector<std::string_view> verbs;
    if (access.see) verbs.emplace_back("see");
    if (access.change) {
        verbs.emplace_back("add");
        verbs.emplace_back("change");
    }
    if (access.remove) verbs.emplace_back("delete");
    std::string out;
    for (std::size_t i = 0; i < verbs.size(); ++i) {
        if (i > 0) out.append(i + 1 == verbs.size() ? " and " : ", ");
        out.append(verbs[i]);
    }
    if (!out.empty() && out.front() >= 'a')
        out.front() = static_cast<char>(out.front() - 'a' + 'A');
    return out;
}

std::string_view whose_records(ScopeContext context, Whose whose) {
    if (context == ScopeContext::user) return ", for everybody whose records you may use";
    return whose == Whose::own ? " in your own record" : " in this patient's record";
}

void add(std::vector<Allowance>& all, std::string heading, std::string things) {
    auto const found = std::ranges::find(all, heading, &Allowance::what);
    if (found == all.end()) {
        all.push_back({.what = std::move(heading), .things = {std::move(things)}});
    } else if (std::ranges::find(found->things, things) == found->things.end()) {
        found->things.push_back(std::move(things));
    }
}

}  // namespace

Literal purpose_in_words(request::PurposeOfUse purpose) noexcept {
    switch (purpose) {
        case request::PurposeOfUse::treatment: return "care and treatment";
        case request::PurposeOfUse::payment: return "billing and payment";
        case request::PurposeOfUse::operations: return "running this organization";
        case request::PurposeOfUse::patient_request: return "a request of the patient";
        case request::PurposeOfUse::research: return "research";
        case request::PurposeOfUse::public_health: return "public health";
        case request::PurposeOfUse::emergency: return "emergency treatment";
        case request::PurposeOfUse::system_administration: return "administering this server";
    }
    return {};
}

std::string things_of(std::string_view type) {
    auto const known = std::ranges::find(kWords, type, &Word::type);
    if (known != kWords.end()) return std::string(known->things);
    std::string out;
    for (char const c : type) {
        bool const upper = c >= 'A' && c <= 'Z';
        if (upper && !out.empty()) out.push_back(' ');
        out.push_back(upper ? static_cast<char>(c - 'A' + 'a') : c);
    }
    if (out.ends_with('y')) return out.substr(0, out.size() - 1) + "ies";
    return out.ends_with('s') ? out : out + "s";
}

std::string until_in_words(request::ScopeRequest const& scope) {
    using std::chrono::duration_cast;
    static constexpr std::string_view kSooner = " You can end it sooner in your account.";
    std::string out;
    if (scope.words.has(ScopeWord::offline_access)) {
        out.append("This ends after ");
        out.append(std::to_string(duration_cast<std::chrono::days>(limits::kGrantLife).count()));
        out.append(" days, or when the app has not used it for ");
        out.append(std::to_string(duration_cast<std::chrono::days>(limits::kGrantIdle).count()));
        return out.append(" days.").append(kSooner);
    }
    if (scope.words.has(ScopeWord::online_access)) {
        out.append("This ends when you sign out here, at the latest ");
        out.append(std::to_string(duration_cast<std::chrono::hours>(limits::kSessionLife).count()));
        return out.append(" hours after you signed in.").append(kSooner);
    }
    out.append("This ends after ");
    out.append(
        std::to_string(duration_cast<std::chrono::minutes>(limits::kAccessTokenLife).count()));
    return out.append(" minutes. Then the app has to ask again.");
}

std::vector<Allowance> in_words(request::ScopeRequest const& scope, Whose whose) {
    std::vector<Allowance> all;
    auto const& words = scope.words;
    if (words.has(ScopeWord::openid) || words.has(ScopeWord::profile) ||
        words.has(ScopeWord::fhir_user))
        all.push_back({.what = "Know who you are", .things = {}});
    for (auto const& each : scope.scopes) {
        auto const access = access_of(each);
        if (access == Access()) continue;
        if (each.context == ScopeContext::administration) {
            add(all, "Administer this server", each.text());
            continue;
        }
        auto things = things_of(each.type);
        if (auto const less = constraint_in_words(each); !less.empty())
            things.append(" (").append(less).append(")");
        add(all, verbs_of(access) + std::string(whose_records(each.context, whose)),
            std::move(things));
    }
    if (words.has(ScopeWord::offline_access)) {
        all.push_back({.what = "Go on doing so when you are not there", .things = {}});
    } else if (words.has(ScopeWord::online_access)) {
        all.push_back(
            {.what = "Go on doing so for as long as you are signed in here", .things = {}});
    }
    return all;
}

}  // namespace salus::sign_in
