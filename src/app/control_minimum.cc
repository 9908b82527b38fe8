// MIN: data minimization. Tries the narrowing, the cursors and the search rules on made-up values.
#include <fmt/format.h>

#include "app/control_readings.h"
#include "fhir/search.h"
#include "minimum_necessary/element_filter.h"
#include "operations/blind_tokens.h"
#include "records/sealing.h"

namespace salus::app {
namespace {

constexpr std::size_t kTypesTried = 12;

// A resource with every element of its type; the filter looks at names only.
std::string every_element(fhir::Type const& type) {
    std::string text = fmt::format(R"({{"resourceType":"{}")", type.name.text());
    for (auto const& element : type.elements) {
        auto const name = element.name.text();
        if (name == "meta") continue;
        text.append(fmt::format(R"(,"{}":"probe")", name));
    }
    return text + "}";
}

// How many members left that neither the policy nor the protocol lets leave.
std::optional<std::size_t> leaked(fhir::Type const& type, request::AllowedElements const& allowed) {
    json::Parser parser;
    auto const whole = parser.parse(every_element(type));
    if (!whole) return std::nullopt;
    request::RequestedElements const nothing_asked;
    minimum_necessary::ElementFilter const filter(type, allowed, nothing_asked);
    auto const narrowed = parser.parse(filter.apply(whole->root()));
    if (!narrowed) return std::nullopt;
    std::size_t count = 0;
    for (auto const member : narrowed->root().members()) {
        auto const name = member.name();
        bool const always = name == "resourceType" || name == "id" || name == "meta";
        if (!always && !allowed.contains(name)) ++count;
    }
    return count;
}

request::Tenant tenant_of(EvidenceContext const& context,
                          EvidenceSources::TenantSources const& tenant) {
    return {.name = tenant.name,
            .realm = context.sources.configuration.realm,
            .path = "",
            .public_url = context.sources.configuration.server.public_url,
            .keyring = tenant.keyring,
            .audit_log = tenant.audit_log,
            .store = context.sources.store};
}

struct SearchCase {
    std::string_view type;
    std::vector<fhir::SearchQuery::Parameter> parameters;
};

bool is_too_broad(records::Addressing const& addressing, SearchCase const& search, WallTime now) {
    auto const* type = fhir::find_resource_type(search.type);
    auto const query = fhir::SearchQuery::parse(*type, search.parameters, now);
    return query && !operations::tokens_for(addressing, *query).has_value();
}

}  // namespace

Finding field_selection(EvidenceContext const& context) {
    std::size_t types = 0;
    std::size_t leaks = 0;
    std::size_t rules = 0;
    auto const& policy = *context.policy.rules;
    auto const& all = policy.rules().policies();
    for (std::size_t rule = 0; rule < all.size(); ++rule) {
        auto const& fields = policy.meaning(rule).fields;
        auto const& scope = all[rule].resource;
        bool const withholds = all[rule].effect == cedar::Effect::permit && !fields.all &&
                               scope.form == cedar::ScopeForm::in &&
                               scope.entities.front().type == "Type";
        if (!withholds || policy.meaning(rule).limits) continue;
        ++rules;
        auto const* type = fhir::find_resource_type(scope.entities.front().id);
        if (type == nullptr || types == kTypesTried) continue;
        auto const count = leaked(*type, fields);
        if (!count) return broken("the narrowing cannot follow a resource");
        ++types;
        leaks += *count;
    }
    // With a policy that withholds nothing, the narrowing is still tried.
    auto const* patient = fhir::find_resource_type("Patient");
    auto const only_gender = request::AllowedElements{.all = false, .names = {"gender"}};
    auto const count = leaked(*patient, only_gender);
    if (!count) return broken("the narrowing cannot follow a resource");
    return works_if(leaks + *count == 0,
                    fmt::format("{} rules withhold elements; tried now on {} of their types: "
                                "{} elements left that the policy withholds",
                                rules, types, leaks + *count));
}

Finding sealed_cursors(EvidenceContext const& context) {
    crypto::SystemRandom random;
    auto const tenant = tenant_of(context, context.sources.tenants.front());
    records::Sealing sealing(tenant, random);
    ClientId const client("probe");
    auto const cursor = sealing.seal_cursor(client, "probe");
    if (!cursor) return broken("the cursor key does not answer");
    auto changed = *cursor;
    changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
    bool const opens = sealing.open_cursor(client, EphiText(*cursor)).has_value();
    int refused = 0;
    refused += sealing.open_cursor(client, EphiText(changed)) ? 0 : 1;
    refused += sealing.open_cursor(ClientId("other"), EphiText(*cursor)) ? 0 : 1;
    refused += sealing.open_cursor(client, EphiText(std::string("AAAA"))) ? 0 : 1;
    return works_if(opens && refused == 3,
                    fmt::format("pages of {}, at most {}; tried now: {} of 3 changed, forged or "
                                "borrowed cursors refused",
                                limits::kPageSize, limits::kPageSizeLargest, refused));
}

Finding broad_queries(EvidenceContext const& context) {
    auto const addressing = records::Addressing::make(context.sources.tenants.front().keyring);
    if (!addressing) return broken("the keys of addresses do not answer");
    auto const now = context.sources.clock.now();
    std::vector<SearchCase> const broad{
        {"Patient", {}},
        {"Patient", {{"gender", "female"}}},
        {"Patient", {{"family", "Smith"}}},
        {"Observation", {{"code", "http://loinc.org|4548-4"}}},
        {"Condition", {{"_lastUpdated", "gt2020-01-01"}}},
    };
    SearchCase const narrow{"Patient", {{"identifier", "urn:probe|1"}}};
    std::size_t refused = 0;
    for (auto const& search : broad) {
        refused += is_too_broad(*addressing, search, now) ? 1U : 0U;
    }
    bool const narrow_works = !is_too_broad(*addressing, narrow, now);
    return works_if(
        refused == broad.size() && narrow_works,
        fmt::format("tried now: {} of {} searches without patient or identifier "
                    "refused, one by identifier {}; each included type is decided by itself",
                    refused, broad.size(), narrow_works ? "served" : "refused"));
}

}  // namespace salus::app
