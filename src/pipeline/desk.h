// Desk: everything that one thread needs to classify, decide, prepare and narrow requests of every
// tenant. Each event loop and each worker has its own; nothing on it is shared.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "admin/definition_packages.h"
#include "admin/key_rotation.h"
#include "authentication/verified_tokens.h"
#include "authorization/decide.h"
#include "minimum_necessary/narrowing.h"
#include "oauth/authorization_endpoint.h"
#include "oauth/end_session.h"
#include "oauth/logout_telling.h"
#include "oauth/standing_tokens.h"
#include "oauth/token_endpoint.h"
#include "oauth/token_status.h"
#include "operations/classifier.h"
#include "operations/context.h"
#include "pipeline/house.h"
#include "records/records.h"
#include "sign_in/desk.h"

namespace salus::pipeline {

// One tenant's part of a desk.
class TenantDesk {
public:
    TenantDesk(House const& house, TenantHouse const& tenant,
               std::unique_ptr<records::Records> records);

    operations::Classifier& classifier() noexcept { return classifier_; }
    // Decides by the policy of the exchange.
    [[nodiscard]] Result<request::Permit> permit(request::Exchange& exchange,
                                                 request::Intent&& intent);
    minimum_necessary::Narrowing& narrowing() noexcept { return narrowing_; }
    authentication::VerifiedTokens& verified_tokens() noexcept { return verified_tokens_; }

    // What the permit allows, done up to the point where it would become visible.
    [[nodiscard]] Result<request::Prepared> prepare(request::Exchange& exchange,
                                                    request::Permit const& permit);
    // The address of keys that prepare() could not do without, once; empty: it wanted none.
    [[nodiscard]] std::string take_wanted_keys() { return client_trust_.keys.take(); }
    // What prepare() could not do without of the outside provider, once; nothing: it needs nothing.
    [[nodiscard]] std::optional<outside_provider::Wish> take_provider_wish() {
        return outside_ ? outside_->take_wish() : std::nullopt;
    }
    // Data keys that prepare() caused to be made (KEY-3).
    void note_new_keys(request::AuditFacts& facts);

private:
    [[nodiscard]] Result<request::Prepared> prepare_token(request::Exchange& exchange,
                                                          request::Interaction interaction);
    [[nodiscard]] Result<request::Prepared> prepare_page(request::Exchange& exchange,
                                                         request::Interaction interaction);
    [[nodiscard]] Result<request::Prepared> prepare_clients(request::Exchange& exchange,
                                                            request::Permit const& permit);
    [[nodiscard]] Result<request::Prepared> prepare_users(request::Exchange& exchange,
                                                          request::Permit const& permit);
    [[nodiscard]] Result<request::Prepared> prepare_records(request::Exchange& exchange,
                                                            request::Permit const& permit);
    [[nodiscard]] Result<request::Prepared> describe(request::Permit const& permit);
    [[nodiscard]] Result<request::Prepared> prepare_definitions(request::Exchange& exchange,
                                                                request::Permit const& permit);
    [[nodiscard]] Result<request::Prepared> prepare_keys(request::Exchange& exchange,
                                                         request::Permit const& permit);
    [[nodiscard]] Result<request::Prepared> prepare_policies(request::Exchange& exchange,
                                                             request::Permit const& permit);
    // What the tenant's clocks showed, as decisions are told it.
    [[nodiscard]] request::LocalTime local(WallTime time) const;
    [[nodiscard]] Result<request::Prepared> backup(request::Exchange const& exchange,
                                                   request::Interaction interaction);

    House const& house_;
    TenantHouse const& tenant_;
    std::unique_ptr<records::Records> records_;
    json::Parser parser_;
    operations::Workplace workplace_;
    operations::Classifier classifier_;
    oauth::ClientTrust client_trust_;
    oauth::StandingTokens standing_;
    authentication::VerifiedTokens verified_tokens_;
    oauth::TokenEndpoint token_endpoint_;
    oauth::TokenStatus token_status_;
    oauth::AuthorizationEndpoint authorization_endpoint_;
    identity::LogoutTelling logouts_;
    oauth::EndSession end_session_;
    std::optional<sign_in::OutsideDesk> outside_;  // nothing: no outside provider signs people in
    sign_in::Desk sign_in_desk_;
    minimum_necessary::Narrowing narrowing_;
};

class Desk {
public:
    // Errc::unavailable when a store or key cannot be opened.
    static Result<std::unique_ptr<Desk>> make(House const& house);
    [[nodiscard]] TenantDesk& of(request::Tenant const& tenant);

private:
    std::map<TenantName, std::unique_ptr<TenantDesk>> tenants_;
};

}  // namespace salus::pipeline
