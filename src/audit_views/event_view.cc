#include "audit_views/event_view.h"

namespace salus::audit_views {

ViewSource ViewSource::of(std::string issuer) {
    auto const scheme = issuer.find("://");
    auto host = std::string_view(issuer);
    host.remove_prefix(scheme == std::string::npos ? 0 : scheme + 3);
    host = host.substr(0, host.find('/'));
    // The port goes; the colons of an IPv6 address are in brackets.
    auto const bracket = host.find(']');
    auto const colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    std::string server(host.substr(0, colon));
    return {.issuer = std::move(issuer), .server = std::move(server)};
}

void add_intent(RecordedLeaf& outcome, RecordedLeaf const& intent) {
    // An outcome may be called a refusal, or the closing after a crash: of what, the intent says.
    outcome.event = intent.event;
    if (outcome.patient.empty()) outcome.patient = intent.patient;
    if (outcome.resources.empty()) outcome.resources = intent.resources;
    if (outcome.request.empty()) outcome.request = intent.request;
    if (outcome.client.empty()) outcome.client = intent.client;
    if (outcome.user.empty()) outcome.user = intent.user;
    if (outcome.purpose.empty()) outcome.purpose = intent.purpose;
    if (outcome.scopes.empty()) outcome.scopes = intent.scopes;
}

bool OpenIntents::join(RecordedLeaf& leaf) {
    if (leaf.phase == audit::Phase::intent) intents_.emplace(leaf.index, leaf);
    if (leaf.phase != audit::Phase::outcome) return true;
    auto const intent = intents_.find(leaf.intent);
    if (intent == intents_.end()) return false;
    add_intent(leaf, intent->second);
    intents_.erase(intent);
    return true;
}

}  // namespace salus::audit_views
