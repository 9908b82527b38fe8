#include "audit/leaf.h"

#include <algorithm>
#include <array>

#include "foundation/limits.h"
#include "json/canonical.h"

namespace salus::audit {
namespace {

// What the log adds around "what": fixed names, two hashes, five integers and the origin.
constexpr std::size_t kEnvelopeBytes = 1024;

bool is_document_type(std::string_view text) {
    auto const letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
    auto const rest = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; };
    return !text.empty() && text.size() <= 64 && letter(text.front()) &&
           std::ranges::all_of(text, rest);
}

void separate(std::string& out) {
    if (!out.empty()) out.push_back(',');
}

void add_object(std::string& out, std::string_view name, std::string_view object) {
    if (object.empty()) return;
    separate(out);
    out.append("\"").append(name).append("\":").append(object);
}

void add_quoted(std::string& out, std::string_view plain) {
    out.append("\"").append(plain).append("\"");
}

struct EventName {
    Event event;
    Literal name;
};

// In the order of the enumeration.
constexpr std::array kEventNames{
    EventName{Event::read, "read"},
    EventName{Event::vread, "vread"},
    EventName{Event::validate, "validate"},
    EventName{Event::search, "search"},
    EventName{Event::create, "create"},
    EventName{Event::update, "update"},
    EventName{Event::remove, "delete"},
    EventName{Event::history, "history"},
    EventName{Event::transaction, "transaction"},
    EventName{Event::batch, "batch"},
    EventName{Event::patch, "patch"},
    EventName{Event::everything, "everything"},
    EventName{Event::meta, "meta"},
    EventName{Event::capabilities, "capabilities"},
    EventName{Event::token, "token"},
    EventName{Event::token_refused, "token.refused"},
    EventName{Event::token_introspected, "token.introspected"},
    EventName{Event::token_revoked, "token.revoked"},
    EventName{Event::authorization_requested, "authorization.requested"},
    EventName{Event::launch_opened, "launch.opened"},
    EventName{Event::authorized, "authorization.granted"},
    EventName{Event::authorization_refused, "authorization.refused"},
    EventName{Event::emergency_declared, "emergency.declared"},
    EventName{Event::signed_in, "sign-in"},
    EventName{Event::sign_in_page, "sign-in.page"},
    EventName{Event::sign_in_failed, "sign-in.failed"},
    EventName{Event::signed_out, "sign-out"},
    EventName{Event::session_ended, "session.ended"},
    EventName{Event::factor_added, "factor.added"},
    EventName{Event::factor_removed, "factor.removed"},
    EventName{Event::password_changed, "password.changed"},
    EventName{Event::grant_revoked, "grant.revoked"},
    EventName{Event::account_viewed, "account.viewed"},
    EventName{Event::authentication_refused, "auth.refused"},
    EventName{Event::denied, "denied"},
    EventName{Event::error, "error"},
    EventName{Event::client_added, "admin.client.added"},
    EventName{Event::client_changed, "admin.client.changed"},
    EventName{Event::client_removed, "admin.client.removed"},
    EventName{Event::clients_listed, "admin.clients.listed"},
    EventName{Event::user_added, "admin.user.added"},
    EventName{Event::user_changed, "admin.user.changed"},
    EventName{Event::users_listed, "admin.users.listed"},
    EventName{Event::configuration_changed, "admin.configuration.changed"},
    EventName{Event::policy_proposed, "admin.policy.proposed"},
    EventName{Event::policy_approved, "admin.policy.approved"},
    EventName{Event::policy_changed, "admin.policy.changed"},
    EventName{Event::policy_withdrawn, "admin.policy.withdrawn"},
    EventName{Event::policy_asked, "admin.policy.asked"},
    EventName{Event::consent_changed, "consent.changed"},
    EventName{Event::definitions_changed, "admin.definitions.changed"},
    EventName{Event::definitions_listed, "admin.definitions.listed"},
    EventName{Event::control_check, "admin.check"},
    EventName{Event::backup_administration, "admin.backup"},
    EventName{Event::key_created, "key.created"},
    EventName{Event::key_rotated, "key.rotated"},
    EventName{Event::key_destroyed, "key.destroyed"},
    EventName{Event::key_retired, "key.retired"},
    EventName{Event::key_readmitted, "key.readmitted"},
    EventName{Event::key_sealed, "key.sealed"},
    EventName{Event::key_unsealed, "key.unsealed"},
    EventName{Event::key_resealed, "key.resealed"},
    EventName{Event::key_rotation_ordered, "key.rotation-ordered"},
    EventName{Event::key_status_read, "key.status-read"},
    EventName{Event::key_unwrapped, "key.unwrapped"},
    EventName{Event::key_refused, "key.refused"},
    EventName{Event::key_custodians, "key.custodians"},
    EventName{Event::key_proposed, "key.proposed"},
    EventName{Event::key_voted, "key.voted"},
    EventName{Event::key_executed, "key.executed"},
    EventName{Event::key_hold, "key.hold"},
    EventName{Event::key_read, "key.read"},
    EventName{Event::start, "start"},
    EventName{Event::stop, "stop"},
    EventName{Event::heartbeat, "heartbeat"},
    EventName{Event::recovered, "recovered"},
    EventName{Event::clock, "clock"},
    EventName{Event::intent_closed, "intent.closed"},
    EventName{Event::signing, "signing"},
    EventName{Event::export_data, "export"},
    EventName{Event::backup_begun, "backup.begun"},
    EventName{Event::backup_made, "backup.made"},
    EventName{Event::backup_drilled, "backup.drilled"},
    EventName{Event::audit_read, "audit.read"},
    EventName{Event::review, "review"},
    EventName{Event::reconciliation, "reconciliation"},
    EventName{Event::delivery, "delivery"},
    EventName{Event::retention_pruned, "retention.pruned"},
    EventName{Event::checkpoints, "checkpoints"},
};

consteval bool is_in_order() {
    for (std::size_t i = 0; i < kEventNames.size(); ++i) {
        if (static_cast<std::size_t>(kEventNames[i].event) != i) return false;
    }
    return true;
}
static_assert(is_in_order());
static_assert(static_cast<std::size_t>(Event::checkpoints) + 1 == kEventNames.size(),
              "the last event has its name");

}  // namespace

Literal name_of(Event event) noexcept {
    auto const index = static_cast<std::size_t>(event);
    return index < kEventNames.size() ? kEventNames[index].name : Literal("error");
}

Literal name_of(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::ok: return "ok";
        case Outcome::denied: return "denied";
        case Outcome::error: return "error";
    }
    return "error";
}

LeafBuilder::LeafBuilder(Event event, Outcome outcome) {
    values_.reserve(384);
    text(event_, name_of(event).text());
    text(outcome_, name_of(outcome).text());
}

void LeafBuilder::text(Slot slot, std::string_view value) {
    auto const begin = values_.size();
    if (json::append_json_text(values_, value) == json::Encoding::refused) valid_ = false;
    close_slot(slot, begin);
}

void LeafBuilder::close_slot(Slot slot, std::size_t begin) {
    if (values_.size() > limits::kAuditLeafBytes) valid_ = false;
    pieces_[slot] = {static_cast<std::uint32_t>(begin),
                     static_cast<std::uint32_t>(values_.size() - begin)};
}

LeafBuilder& LeafBuilder::client(ClientId const& id) {
    text(who_client_, id.text());
    return *this;
}
LeafBuilder& LeafBuilder::tenant(TenantName const& name) {
    text(who_tenant_, name.text());
    return *this;
}
LeafBuilder& LeafBuilder::user(UserPseudonym const& user) {
    text(who_user_, user.hex());
    return *this;
}
LeafBuilder& LeafBuilder::purpose(Literal code) {
    text(purpose_, code.text());
    return *this;
}
LeafBuilder& LeafBuilder::patient(CompartmentId const& compartment) {
    text(patient_, compartment.hex());
    return *this;
}
LeafBuilder& LeafBuilder::request(RequestId const& id) {
    text(request_, id.text());
    return *this;
}
LeafBuilder& LeafBuilder::status(int http_status) {
    auto const begin = values_.size();
    json::append_json_integer(values_, std::int64_t{http_status});
    close_slot(status_, begin);
    return *this;
}
LeafBuilder& LeafBuilder::scopes(CanonicalScopes scopes) {
    text(scopes_, scopes.text);
    return *this;
}
LeafBuilder& LeafBuilder::policy(crypto::Sha256Digest const& policy_hash) {
    policy_ = to_hex(policy_hash);
    return *this;
}
LeafBuilder& LeafBuilder::rule(PolicyRuleId const& id) {
    separate(rules_);
    if (json::append_json_text(rules_, id.text()) == json::Encoding::refused) valid_ = false;
    return *this;
}
LeafBuilder& LeafBuilder::reason(Literal why) {
    text(reason_, why.text());
    return *this;
}
LeafBuilder& LeafBuilder::target(ClientId const& id) {
    text(target_, id.text());
    return *this;
}
LeafBuilder& LeafBuilder::target(UserPseudonym const& user) {
    text(target_, user.hex());
    return *this;
}

LeafBuilder& LeafBuilder::resource(DocumentType type, Address const& address, std::uint64_t version,
                                   std::optional<crypto::Sha256Digest> const& stored) {
    if (!is_document_type(type.text) ||
        version > static_cast<std::uint64_t>(json::kLargestInteger)) {
        valid_ = false;
        return *this;
    }
    separate(resources_);
    resources_.push_back('[');
    add_quoted(resources_, type.text);
    resources_.push_back(',');
    add_quoted(resources_, address.hex());
    resources_.push_back(',');
    json::append_json_integer(resources_, version);
    if (stored) {
        resources_.push_back(',');
        add_quoted(resources_, to_base64(*stored));
    }
    resources_.push_back(']');
    return *this;
}

LeafBuilder& LeafBuilder::number(Literal name, std::int64_t value) {
    if (value > json::kLargestInteger || value < -json::kLargestInteger) valid_ = false;
    numbers_.emplace_back(name.text(), value);
    return *this;
}

LeafBuilder& LeafBuilder::key_operation(KeyOperation const& step) {
    auto& out = key_operation_;
    out = "{";
    auto const member = [&](std::string_view name, std::string_view text) {
        if (text.empty()) return;
        if (out.size() > 1) out.push_back(',');
        add_quoted(out, name);
        out.push_back(':');
        if (json::append_json_text(out, text) == json::Encoding::refused) valid_ = false;
    };
    if (!step.approvers.empty()) {
        out.append(R"("approvers":[)");
        for (auto const& each : step.approvers) {
            if (out.back() != '[') out.push_back(',');
            if (json::append_json_text(out, each.text()) == json::Encoding::refused) valid_ = false;
        }
        out.push_back(']');
    }
    member("decision", step.decision.text());
    member("op", step.operation.text());
    member("proposal", step.proposal);
    member("proposer", step.proposer.text());
    member("voter", step.voter.text());
    out.push_back('}');
    return *this;
}

LeafBuilder& LeafBuilder::pruned(PrunedPrefix const& prefix) {
    pruned_ = to_text(prefix);
    return *this;
}

LeafBuilder& LeafBuilder::log_heads(std::span<LogHead const> heads) {
    auto text = to_text(heads);
    if (!text) valid_ = false;
    log_heads_ = std::move(text).value_or("");
    return *this;
}

LeafBuilder& LeafBuilder::intent() {
    phase_ = Phase::intent;
    return *this;
}
LeafBuilder& LeafBuilder::outcome_of(std::uint64_t intent_index) {
    if (intent_index > static_cast<std::uint64_t>(json::kLargestInteger)) valid_ = false;
    phase_ = Phase::outcome;
    intent_ = intent_index;
    return *this;
}

void LeafBuilder::add(std::string& out, std::string_view name, Slot slot) const {
    auto const& piece = pieces_[slot];
    if (piece.size == 0) return;
    if (!out.empty() && out.back() != '{') out.push_back(',');
    add_quoted(out, name);
    out.push_back(':');
    out.append(values_, piece.begin, piece.size);
}

void LeafBuilder::add_decision(std::string& out) const {
    if (policy_.empty() && rules_.empty()) return;
    separate(out);
    out.append(R"("dec":{)");
    if (!policy_.empty()) {
        out.append(R"("policy":)");
        add_quoted(out, policy_);
    }
    if (!rules_.empty()) {
        if (!policy_.empty()) out.push_back(',');
        out.append(R"("rules":[)").append(rules_).append("]");
    }
    out.push_back('}');
}

void LeafBuilder::add_numbers(std::string& out) {
    if (numbers_.empty()) return;
    std::ranges::sort(numbers_);
    if (std::ranges::adjacent_find(
            numbers_, {}, &std::pair<std::string_view, std::int64_t>::first) != numbers_.end()) {
        valid_ = false;  // a name twice is not canonical JSON
    }
    separate(out);
    out.append(R"("num":{)");
    for (auto const& [name, value] : numbers_) {
        if (out.back() != '{') out.push_back(',');
        if (json::append_json_text(out, name) == json::Encoding::refused) valid_ = false;
        out.push_back(':');
        json::append_json_integer(out, value);
    }
    out.push_back('}');
}

void LeafBuilder::add_who(std::string& out) const {
    auto const nobody = [&](Slot slot) { return pieces_[slot].size == 0; };
    if (nobody(who_client_) && nobody(who_tenant_) && nobody(who_user_)) return;
    separate(out);
    out.append(R"("who":{)");
    add(out, "client", who_client_);
    add(out, "tenant", who_tenant_);
    add(out, "user", who_user_);
    out.push_back('}');
}

Result<Record> LeafBuilder::build() {
    Record record;
    auto& out = record.members_;
    out.reserve(values_.size() + rules_.size() + resources_.size() + log_heads_.size() + 192);
    add_decision(out);
    add(out, "ev", event_);
    add_object(out, "key", key_operation_);
    add_object(out, "logs", log_heads_);
    add_numbers(out);
    add(out, "out", outcome_);
    add(out, "pou", purpose_);
    add_object(out, "pruned", pruned_);
    add(out, "pt", patient_);
    if (!resources_.empty()) {
        separate(out);
        out.append(R"("res":[)").append(resources_).append("]");
    }
    add(out, "rq", request_);
    add(out, "sc", scopes_);
    add(out, "st", status_);
    add(out, "tgt", target_);
    add_who(out);
    add(out, "why", reason_);
    if (out.size() + kEnvelopeBytes > limits::kAuditLeafBytes) {
        return fail(Errc::too_large, "an audit leaf would be too large");
    }
    if (!valid_) return fail(Errc::invalid, "an audit leaf has a member that it may not hold");
    record.phase_ = phase_;
    record.intent_ = intent_;
    return record;
}

Result<Record> LeafBuilder::build(crypto::Sealed detail) {
    if (detail.bytes().size() > limits::kAuditDetailBytes) {
        return fail(Errc::too_large, "an audit detail is too large");
    }
    SALUS_TRY(auto record, build());
    record.detail_ = std::move(detail);
    return record;
}

}  // namespace salus::audit
