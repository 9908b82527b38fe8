#include "pipeline/desk.h"

#include "admin/access_evaluation.h"
#include "admin/custodians.h"
#include "admin/emergency_seal.h"
#include "admin/legal_holds.h"
#include "admin/policy_answers.h"
#include "admin/policy_changes.h"
#include "admin/proposals.h"
#include "authorization/label_removal_rules.h"
#include "identity/user_administration.h"
#include "oauth/client_administration.h"
#include "oauth/client_registration.h"
#include "oauth/launch.h"
#include "oauth/metadata.h"
#include "oauth/user_info.h"
#include "operations/batch.h"
#include "operations/operations.h"
#include "operations/recorded_care.h"
#include "pipeline/stored_subjects.h"
#include "sign_in/account.h"
#include "sign_in/passkey_script.h"
#include "sign_in/sign_in.h"

namespace salus::pipeline {
namespace {

request::Prepared document(std::string text) {
    request::Prepared prepared;
    prepared.headers.set("Content-Type", "application/json");
    prepared.headers.set("Cache-Control", "max-age=300");
    // Discovery is for browsers of any origin (SMART App Launch 2.2, CORS).
    prepared.headers.set("Access-Control-Allow-Origin", "*");
    prepared.content = request::PlainContent{std::move(text)};
    return prepared;
}

// An instance has one outside provider, for its first tenant.
std::optional<sign_in::OutsideDesk> outside_desk_of(House const& house, TenantHouse const& tenant) {
    bool const first = house.tenants.front().get() == &tenant;
    if (house.outside_provider == nullptr || !first) return std::nullopt;
    return sign_in::OutsideDesk{.provider = *house.outside_provider, .keys = tenant.token_keys};
}

}  // namespace

TenantDesk::TenantDesk(House const& house, TenantHouse const& tenant,
                       std::unique_ptr<records::Records> records)
    : house_(house),
      tenant_(tenant),
      records_(std::move(records)),
      workplace_{tenant.tenant,
                 *records_,
                 parser_,
                 house.random,
                 house.clock,
                 tenant.audit_trail,
                 house.consent ? &*house.consent : nullptr},
      classifier_(tenant.tenant, *records_, parser_, house.clock),
      client_trust_{.clients = oauth::ClientDirectory(*records_, parser_),
                    .keys = oauth::KeyWish(house.remote_keys),
                    .authorities = house.client_authorities},
      standing_(*records_, parser_, house.clock),
      verified_tokens_(tenant.tenant, tenant.token_keys, house.token_guards, standing_,
                       house.clock),
      token_endpoint_(tenant.tenant, tenant.token_keys, house.token_guards, *records_, parser_,
                      client_trust_, house.random, house.clock),
      token_status_(tenant.tenant, verified_tokens_, house.token_guards, *records_, parser_,
                    client_trust_, house.clock),
      authorization_endpoint_(tenant.tenant, tenant.token_keys, house.token_guards, *records_,
                              parser_, client_trust_, house.random, house.clock),
      logouts_(
          oauth::logout_telling(tenant.tenant.name, client_trust_.clients, *house.waiting_logouts)),
      end_session_(tenant.tenant, tenant.token_keys, house.token_guards, logouts_,
                   client_trust_.clients, *records_, parser_, house.clock),
      outside_(outside_desk_of(house, tenant)),
      sign_in_desk_{.tenant = tenant.tenant,
                    .records = *records_,
                    .parser = parser_,
                    .random = house.random,
                    .clock = house.clock,
                    .guards = house.token_guards,
                    .places = *house.hashing_places,
                    .logouts = logouts_,
                    .clients = client_trust_.clients,
                    .cost = house.password_cost,
                    .breached = house.breached_passwords ? &*house.breached_passwords : nullptr,
                    .outside = outside_ ? &*outside_ : nullptr,
                    .consent = house.consent ? &*house.consent : nullptr,
                    .emergency_life = house.emergency_life} {}

Result<request::Permit> TenantDesk::permit(request::Exchange& exchange, request::Intent&& intent) {
    if (exchange.policy.rules == nullptr) return fail(Errc::forbidden, "no policy is in force");
    SALUS_TRY_VOID(records_->renew_token_keys());
    operations::RecordedCare care(*records_, parser_, exchange.started);
    return authorization::Authorization(*exchange.policy.rules, care)
        .permit(exchange, std::move(intent));
}

Result<request::Prepared> TenantDesk::describe(request::Permit const& permit) {
    using request::Interaction;
    auto const interaction = permit.intent().interaction;
    oauth::MutualTlsOffer const mutual_tls{.origin = house_.mutual_tls_origin,
                                           .by_authority = !house_.client_authorities.empty()};
    if (interaction == Interaction::authorization_server_metadata)
        return document(oauth::authorization_server_metadata(tenant_.tenant, mutual_tls));
    if (interaction == Interaction::openid_configuration)
        return document(oauth::openid_configuration(
            tenant_.tenant, tenant_.token_keys.current()->signing_key().algorithm(), mutual_tls));
    if (interaction == Interaction::smart_configuration)
        return document(oauth::smart_configuration(tenant_.tenant, mutual_tls));
    if (interaction == Interaction::access_evaluation_metadata)
        return document(admin::access_evaluation_metadata(tenant_.tenant));
    if (interaction == Interaction::page_script) return sign_in::passkey_script_answer();
    if (interaction == Interaction::json_web_key_set)
        return document(tenant_.token_keys.current()->json_web_key_set());
    return operations::prepare(workplace_, permit);
}

Result<request::Prepared> TenantDesk::prepare_records(request::Exchange& exchange,
                                                      request::Permit const& permit) {
    authorization::LabelRemovalRules removal(exchange);
    return operations::prepare(workplace_, permit, &removal);
}

Result<request::Prepared> TenantDesk::prepare_token(request::Exchange& exchange,
                                                    request::Interaction interaction) {
    using request::Interaction;
    if (interaction == Interaction::token) return token_endpoint_.answer(exchange);
    if (interaction == Interaction::introspection) return token_status_.introspect(exchange);
    if (interaction == Interaction::revocation) return token_status_.revoke(exchange);
    if (interaction == Interaction::pushed_authorization)
        return authorization_endpoint_.push(exchange);
    return fail(Errc::internal, "an interaction has no operation");
}

Result<request::Prepared> TenantDesk::prepare_page(request::Exchange& exchange,
                                                   request::Interaction interaction) {
    using request::Interaction;
    if (interaction == Interaction::authorization)
        return authorization_endpoint_.authorize(exchange);
    if (interaction == Interaction::end_session) return end_session_.answer(exchange);
    if (interaction == Interaction::sign_in) return sign_in::SignIn(sign_in_desk_).answer(exchange);
    if (interaction == Interaction::account)
        return sign_in::Account(sign_in_desk_).answer(exchange);
    return fail(Errc::internal, "an interaction has no operation");
}

Result<request::Prepared> TenantDesk::prepare_clients(request::Exchange& exchange,
                                                      request::Permit const& permit) {
    using request::Interaction;
    auto const interaction = permit.intent().interaction;
    if (interaction == Interaction::client_add)
        return oauth::register_client(exchange, *records_, parser_, house_.clock);
    if (interaction == Interaction::client_list)
        return oauth::list_clients(*records_, parser_, house_.clock);
    if (interaction == Interaction::client_remove)
        return oauth::remove_client(*records_, parser_, house_.clock, exchange, permit,
                                    house_.token_guards.revocations);
    return fail(Errc::internal, "an interaction has no operation");
}

Result<request::Prepared> TenantDesk::prepare_users(request::Exchange& exchange,
                                                    request::Permit const& permit) {
    using request::Interaction;
    identity::UsersDesk const desk{
        .records = *records_,
        .parser = parser_,
        .random = house_.random,
        .clock = house_.clock,
        .logouts = logouts_,
        .forget = [&news = house_.token_guards.revocations](
                      std::string user) { news.add(std::move(user)); },
        .provider_issuer = outside_ ? outside_->provider.settings().issuer : ""};
    auto const interaction = permit.intent().interaction;
    if (interaction == Interaction::user_add) return identity::add_user(desk, exchange);
    if (interaction == Interaction::user_list) return identity::list_users(desk);
    if (interaction == Interaction::user_change)
        return identity::change_user(desk, exchange, permit);
    return fail(Errc::internal, "an interaction has no operation");
}

Result<request::Prepared> TenantDesk::prepare_definitions(request::Exchange& exchange,
                                                          request::Permit const& permit) {
    using request::Interaction;
    admin::DefinitionsDesk const desk{tenant_.tenant, *records_, parser_, house_.clock};
    auto const interaction = permit.intent().interaction;
    if (interaction == Interaction::definitions_load)
        return admin::load_definitions(desk, exchange);
    if (interaction == Interaction::definitions_list) return admin::list_definitions(desk);
    if (interaction == Interaction::definitions_remove)
        return admin::remove_definitions(desk, permit);
    return fail(Errc::internal, "an interaction has no operation");
}

Result<request::Prepared> TenantDesk::prepare_policies(request::Exchange& exchange,
                                                       request::Permit const& permit) {
    using request::Interaction;
    StoredSubjects subjects(tenant_.tenant.name, *records_, parser_, house_.clock);
    admin::PolicyDesk const desk{.tenant = tenant_.tenant,
                                 .policy = *exchange.policy.rules,
                                 .subjects = subjects,
                                 .parser = parser_,
                                 .clock = house_.clock};
    auto const interaction = permit.intent().interaction;
    admin::PolicyChangesDesk const changes{.records = *records_,
                                           .parser = parser_,
                                           .clock = house_.clock,
                                           .in_force = *tenant_.policy};
    if (interaction == Interaction::policy_versions) return admin::list_policy_versions(changes);
    if (interaction == Interaction::policy_version)
        return admin::show_policy_version(changes, permit);
    if (interaction == Interaction::policy_propose) return admin::propose_policy(changes, exchange);
    if (interaction == Interaction::policy_approve)
        return admin::approve_policy(changes, exchange, permit);
    if (interaction == Interaction::policy_activate)
        return admin::activate_policy(changes, exchange, permit);
    if (interaction == Interaction::policy_withdraw)
        return admin::withdraw_policy(changes, exchange, permit);
    if (interaction == Interaction::policy_replay) {
        if (tenant_.audit_trail == nullptr)
            return fail(Errc::not_supported, "the audit log is not shown here");
        return admin::replay_policy_version(
            changes,
            {.subjects = subjects,
             .trail = *tenant_.audit_trail,
             .local = [this](WallTime time) { return local(time); }},
            exchange, permit);
    }
    if (interaction == Interaction::policy_read) return admin::show_policy(desk);
    if (interaction == Interaction::policy_document) return admin::document_policy(desk);
    if (interaction == Interaction::policy_explain) return admin::explain_policy(desk, exchange);
    if (interaction == Interaction::access_evaluation)
        return admin::evaluate_access(desk, exchange);
    if (interaction == Interaction::access_evaluations)
        return admin::evaluate_accesses(desk, exchange);
    return fail(Errc::internal, "an interaction has no operation");
}

request::LocalTime TenantDesk::local(WallTime time) const {
    auto const* const context = house_.access_context;
    return context == nullptr ? request::LocalTime{} : context->local(tenant_.tenant.name, time);
}

// A backup is of the whole instance, so those who administer one more tenant may not ask for it.
Result<request::Prepared> TenantDesk::backup(request::Exchange const& exchange,
                                             request::Interaction interaction) {
    if (&tenant_ != house_.tenants.front().get()) {
        return fail(Errc::forbidden, "backups are the first tenant's to administer");
    }
    if (interaction == request::Interaction::backup_begin) {
        return admin::begin_backup(house_.backups, exchange, parser_);
    }
    if (interaction == request::Interaction::backup_drill_report) {
        return admin::report_drill(house_.backups, exchange, parser_);
    }
    return admin::backup_state(house_.backups);
}

Result<request::Prepared> TenantDesk::prepare(request::Exchange& exchange,
                                              request::Permit const& permit) {
    using request::Family;
    using request::Interaction;
    SALUS_TRY_VOID(records_->renew_token_keys());
    auto const interaction = permit.intent().interaction;
    switch (request::form_of(interaction).family) {
        case Family::resource:
        case Family::audit_event:
        case Family::audit_detail:
        case Family::receipt: return prepare_records(exchange, permit);
        case Family::bundle:
            return interaction == Interaction::batch ? operations::batch(exchange.entries.size())
                                                     : prepare_records(exchange, permit);
        case Family::discovery: return describe(permit);
        case Family::token: return prepare_token(exchange, interaction);
        case Family::definitions: return prepare_definitions(exchange, permit);
        case Family::page: return prepare_page(exchange, interaction);
        case Family::user_info:
            return oauth::user_info(tenant_.tenant, {*records_, parser_, house_.clock},
                                    permit.caller().facts());
        case Family::launch:
            return oauth::open_launch(
                {tenant_.tenant, *records_, parser_, house_.random, house_.clock}, exchange);
        case Family::users: return prepare_users(exchange, permit);
        case Family::clients: return prepare_clients(exchange, permit);
        case Family::keys: return prepare_keys(exchange, permit);
        case Family::check: return admin::control_check(house_.control_report);
        case Family::backups: return backup(exchange, interaction);
        case Family::policies: return prepare_policies(exchange, permit);
    }
    return fail(Errc::internal, "an interaction has no operation");
}

void TenantDesk::note_new_keys(request::AuditFacts& facts) {
    for (auto const& compartment : records_->sealing().take_made_keys()) {
        facts.new_keys.push_back(
            {.compartment = compartment, .patient_compartment = records_->is_patient(compartment)});
    }
}

// The state of keys, and what people decide about them.
Result<request::Prepared> TenantDesk::prepare_keys(request::Exchange& exchange,
                                                   request::Permit const& permit) {
    using request::Interaction;
    admin::KeysDesk const desk{.tenant = tenant_.tenant,
                               .records = *records_,
                               .parser = parser_,
                               .random = house_.random,
                               .clock = house_.clock,
                               .custodians_file = tenant_.custodians_file,
                               .executor = tenant_.key_executor,
                               .keep_retired = house_.keep_retired};
    auto const interaction = permit.intent().interaction;
    if (interaction == Interaction::key_status) return admin::key_status(desk);
    if (interaction == Interaction::key_rotation) return admin::order_rotation(desk, exchange);
    if (interaction == Interaction::custodians_set)
        return admin::appoint_custodians(desk, exchange);
    if (interaction == Interaction::custodians_read) return admin::show_custodians(desk);
    if (interaction == Interaction::proposal_draft) return admin::draft_proposal(desk, exchange);
    if (interaction == Interaction::proposal_add) return admin::add_proposal(desk, exchange);
    if (interaction == Interaction::proposal_list) return admin::list_proposals(desk);
    if (interaction == Interaction::proposal_read) return admin::show_proposal(desk, permit);
    if (interaction == Interaction::ballot_add) return admin::add_ballot(desk, exchange, permit);
    if (interaction == Interaction::proposal_execute)
        return admin::execute_proposal(desk, exchange, permit);
    if (interaction == Interaction::hold_place) return admin::place_hold(desk, exchange);
    if (interaction == Interaction::hold_list) return admin::list_holds(desk);
    if (interaction == Interaction::keys_seal) return admin::seal_keys(desk);
    return fail(Errc::internal, "an interaction has no operation");
}

Result<std::unique_ptr<Desk>> Desk::make(House const& house) {
    auto desk = std::make_unique<Desk>();
    for (auto const& tenant : house.tenants) {
        SALUS_TRY(auto records,
                  records::Records::make(tenant->tenant, house.random, house.index_cache));
        desk->tenants_.emplace(tenant->tenant.name,
                               std::make_unique<TenantDesk>(house, *tenant, std::move(records)));
    }
    return desk;
}

TenantDesk& Desk::of(request::Tenant const& tenant) {
    return *tenants_.at(tenant.name);
}

}  // namespace salus::pipeline
