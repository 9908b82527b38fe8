#include "audit_views/recorded_leaf.h"

#include "audit/envelope.h"
#include "audit/merkle.h"

namespace salus::audit_views {
namespace {

std::string text_of_member(json::Value object, std::string_view name) {
    return object.text_member(name).value_or("");
}

// [type, address, version, hash of the sealed bytes]
Result<RecordedResource> read_resource(json::Value value) {
    auto const malformed = [] { return fail(Errc::corrupt, "a leaf names no document so"); };
    if (!value.is_array() || value.size() < 3 || value.size() > 4) return malformed();
    RecordedResource resource;
    std::size_t at = 0;
    for (auto const part : value.elements()) {
        bool const is_version = at == 2;
        if (is_version ? !part.is_number() : !part.is_string()) return malformed();
        if (at == 0) resource.type = part.text();
        if (at == 1) resource.address = part.text();
        if (is_version) resource.version = static_cast<std::uint64_t>(part.integer().value_or(0));
        if (at == 3) resource.stored = part.text();
        ++at;
    }
    return resource;
}

void read_decision(json::Value what, RecordedLeaf& leaf) {
    auto const decision = what.member("dec");
    if (!decision || !decision->is_object()) return;
    leaf.policy = text_of_member(*decision, "policy");
    auto const rules = decision->member("rules");
    if (!rules || !rules->is_array()) return;
    for (auto const rule : rules->elements()) {
        if (rule.is_string()) leaf.rules.push_back(rule.text());
    }
}

void read_caller(json::Value what, RecordedLeaf& leaf) {
    auto const who = what.member("who");
    if (!who) return;
    leaf.client = text_of_member(*who, "client");
    leaf.tenant = text_of_member(*who, "tenant");
    leaf.user = text_of_member(*who, "user");
}

Result<void> read_what(json::Value what, RecordedLeaf& leaf) {
    if (!what.is_object()) return fail(Errc::corrupt, "a leaf says nothing");
    leaf.event = text_of_member(what, "ev");
    leaf.outcome = text_of_member(what, "out");
    if (leaf.event.empty() || leaf.outcome.empty()) {
        return fail(Errc::corrupt, "a leaf has no event or no outcome");
    }
    leaf.purpose = text_of_member(what, "pou");
    leaf.patient = text_of_member(what, "pt");
    leaf.request = text_of_member(what, "rq");
    leaf.scopes = text_of_member(what, "sc");
    leaf.target = text_of_member(what, "tgt");
    leaf.reason = text_of_member(what, "why");
    if (auto const status = what.member("st")) leaf.status = status->integer().value_or(0);
    read_caller(what, leaf);
    read_decision(what, leaf);
    auto const resources = what.member("res");
    if (!resources || !resources->is_array()) return {};
    for (auto const each : resources->elements()) {
        SALUS_TRY(auto resource, read_resource(each));
        leaf.resources.push_back(std::move(resource));
    }
    return {};
}

}  // namespace

Result<RecordedLeaf> read_leaf(std::string_view json, json::Parser& parser) {
    auto const envelope = audit::parse_leaf(json);
    if (!envelope) return fail(Errc::corrupt, "this is no leaf of an audit log");
    RecordedLeaf leaf;
    leaf.index = envelope->index;
    leaf.hash = audit::leaf_hash(bytes_of(json));
    leaf.origin = envelope->origin;
    leaf.time = WallTime(std::chrono::microseconds(envelope->time));
    leaf.phase = envelope->phase;
    leaf.intent = envelope->intent;
    auto const document = parser.parse("{" + std::string(envelope->what) + "}");
    if (!document) return fail(Errc::corrupt, "a leaf is not JSON");
    SALUS_TRY_VOID(read_what(document->root(), leaf));
    return leaf;
}

}  // namespace salus::audit_views
