// For tests of rooms that do not link authentication/: makes the Callers that only it can make.
// DO NOT include in a program that links authentication/: its class has this name.
#pragma once

#include "request/caller.h"

namespace salus::authentication {

class Authentication {
public:
    static request::CallerPointer caller(request::CallerFacts facts) {
        return request::CallerPointer(new request::Caller(std::move(facts)));
    }
};

}  // namespace salus::authentication

namespace salus::testing {

inline request::CallerFacts facts_of_caller(
    std::string const& scopes, request::PurposeOfUse purpose = request::PurposeOfUse::treatment) {
    request::CallerFacts facts;
    facts.anonymous = false;
    facts.tenant = TenantName("default");
    facts.client = ClientId("client-1");
    facts.token_id = "jti-1";
    facts.purpose = purpose;
    facts.scopes = request::parse_scopes(scopes).value_or(std::vector<request::Scope>());
    facts.scope_text = request::to_text(facts.scopes);
    return facts;
}
inline request::CallerPointer make_caller(request::CallerFacts facts) {
    return authentication::Authentication::caller(std::move(facts));
}
inline request::CallerPointer make_anonymous() {
    request::CallerFacts facts;
    facts.tenant = TenantName("default");
    return make_caller(std::move(facts));
}

}  // namespace salus::testing
