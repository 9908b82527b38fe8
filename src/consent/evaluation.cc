#include "consent/evaluation.h"

#include <algorithm>

namespace salus::consent {
namespace {

bool applies(Consent const& consent, RequestFacts const& request) {
    return consent.scope != Scope::research || is_research(request);
}

bool may_permit(Consent const& consent, RequestFacts const& request) {
    return consent.verified && consent.scope != Scope::other &&
           std::ranges::all_of(consent.policies,
                               [&](OverarchingPolicy each) { return allows(each, request); });
}

// What exceptions say together: a denial before a permission. That an exception of the other kind
// was lifted by one of its own leaves the rule above it as it was.
Statement exceptions_of(Provision const& provision, RequestFacts const& request,
                        ResourceFacts const& resource);

Statement statement_of(Provision const& provision, RequestFacts const& request,
                       ResourceFacts const& resource) {
    auto const asked = matches(provision, request);
    if (asked == Match::no) return {};
    auto const exception = exceptions_of(provision, request, resource);
    if (exception.says == Says::deny) return exception;
    if (asked == Match::unknown)
        return provision.permits ? Statement{} : Statement{Says::deny, &provision};
    auto const about = matches(provision, request, resource);
    if (provision.permits) {
        // A further permission adds data to its rule (PCF: normal data to all, and restricted data
        // to one of them), by the elements that it states; it adds no one to whom.
        if (exception.says == Says::permit) return exception;
        return about == Match::yes ? Statement{Says::permit, &provision} : Statement{};
    }
    if (about == Match::no) return {};
    if (about == Match::yes && exception.says == Says::permit) return exception;
    return {Says::deny, &provision};
}

Statement exceptions_of(Provision const& provision, RequestFacts const& request,
                        ResourceFacts const& resource) {
    Statement together;
    for (auto const& each : provision.provisions) {
        auto const one = statement_of(each, request, resource);
        if (one.says == Says::deny) return one;
        if (one.says != Says::permit || !each.permits || together.says == Says::permit) continue;
        bool const reaches =
            !provision.permits || matches_beside(provision, each, request, resource) == Match::yes;
        if (reaches) together = one;
    }
    return together;
}

// A set of what may be said, as statement_of() goes.
Possible possible(Provision const& provision, RequestFacts const& request) {
    auto const asked = matches(provision, request);
    if (asked == Match::no) return {.nothing = true};
    Possible all;
    bool exception_permits = false;
    bool exception_surely_permits = false;
    for (auto const& each : provision.provisions) {
        auto const one = possible(each, request);
        if (one.only_deny()) return {.deny = true};
        all.deny = all.deny || one.deny;
        if (!each.permits) continue;
        exception_permits = exception_permits || one.permit;
        exception_surely_permits = exception_surely_permits || one.only_permit();
    }
    if (asked == Match::unknown) {
        (provision.permits ? all.nothing : all.deny) = true;
        return all;
    }
    bool const some_data = provision.is_about_data();
    if (provision.permits) {
        all.permit = true;
        all.nothing = some_data;
        return all;
    }
    all.nothing = some_data;
    all.permit = exception_permits;
    all.deny = all.deny || some_data || !exception_surely_permits;
    return all;
}

}  // namespace

Statement statement_of(Consent const& consent, RequestFacts const& request,
                       ResourceFacts const& resource) {
    if (consent.ended || !applies(consent, request)) return {};
    auto const statement = statement_of(consent.base, request, resource);
    if (statement.says == Says::permit && !may_permit(consent, request)) return {};
    return statement;
}

Possible possible(Consent const& consent, RequestFacts const& request) {
    if (consent.ended || !applies(consent, request)) return {.nothing = true};
    auto all = possible(consent.base, request);
    if (all.permit && !may_permit(consent, request)) {
        all.permit = false;
        all.nothing = true;
    }
    return all;
}

bool binds(Consent const& consent, RequestFacts const& request, ConsentSettings const& settings) {
    if (!consent.grants() || consent.scope == Scope::other || !applies(consent, request))
        return false;
    auto const now = request.now.time_since_epoch().count();
    auto const& period = consent.base.period;
    if (period && now < period->start) return false;
    bool const ended = consent.ended || (period && period->end <= now);
    return !ended || settings.ended_consents_bind;
}

}  // namespace salus::consent
