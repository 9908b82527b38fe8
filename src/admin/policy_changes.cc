#include "admin/policy_changes.h"

#include <algorithm>

#include "admin/documents.h"
#include "admin/policy_findings.h"
#include "admin/policy_tests.h"
#include "admin/request_content.h"
#include "authorization/decide.h"
#include "authorization/policy_schema.h"
#include "json/writer.h"

namespace salus::admin {
namespace {

using authorization::Policy;
using request::Interaction;

constexpr auto kVersionClass = records::DocumentClass::policy;
constexpr std::string_view kVersionType = "policy-version";
constexpr std::string_view kVersionListType = "policy-versions";
constexpr std::string_view kVersionListId = "all";
constexpr ContentBound kProposal{.bytes = 2 * limits::kMiB,
                                 .why = "a version of the policy is at most 2 MiB"};
constexpr std::size_t kListed = 100;

struct StoredVersions {
    PolicyVersions versions;
    std::uint64_t document = 0;  // its version; 0: there is none
};

Result<StoredVersions> stored_versions(records::Records& records, json::Parser& parser) {
    SALUS_TRY(auto stored, read_document(records, kVersionClass, kVersionListType, kVersionListId));
    if (stored.version == 0) return StoredVersions{};
    SALUS_TRY(auto const versions, read_versions(parser, std::move(stored.text)));
    return StoredVersions{.versions = versions, .document = stored.version};
}

struct StoredVersion {
    PolicyVersion version;
    std::uint64_t document = 0;
};

Result<StoredVersion> stored_version(records::Records& records, json::Parser& parser,
                                     std::uint64_t number) {
    SALUS_TRY(auto stored,
              read_document(records, kVersionClass, kVersionType, std::to_string(number)));
    if (stored.version == 0) return fail(Errc::not_found, "there is no such version of the policy");
    SALUS_TRY(auto version, read_version(parser, std::move(stored.text)));
    bool const is_it = version.number == number &&
                       version.sha256 == to_hex(crypto::sha256(bytes_of(version.text)));
    if (!is_it)
        return fail(Errc::corrupt, "a stored version of the policy is not what it is called");
    return StoredVersion{.version = std::move(version), .document = stored.version};
}

// With what decides now.
Result<StoredVersions> versions_now(PolicyChangesDesk const& desk) {
    SALUS_TRY(auto stored, stored_versions(desk.records, desk.parser));
    auto const deciding = desk.in_force.current();
    stored.versions.deciding = {.version = deciding.version, .sha256 = to_hex(deciding.hash)};
    return stored;
}

Result<void> add_version(request::Prepared& prepared, PolicyChangesDesk const& desk,
                         StoredVersion const& stored) {
    return add_document(prepared, desk.records,
                        {.document_class = kVersionClass,
                         .type = std::string(kVersionType),
                         .id = std::to_string(stored.version.number),
                         .version = stored.document + 1,
                         .text = to_json(stored.version)},
                        desk.clock.now());
}

Result<void> add_list(request::Prepared& prepared, PolicyChangesDesk const& desk,
                      StoredVersions const& stored) {
    return add_document(prepared, desk.records,
                        {.document_class = kVersionClass,
                         .type = std::string(kVersionListType),
                         .id = std::string(kVersionListId),
                         .version = stored.document + 1,
                         .text = to_json(stored.versions)},
                        desk.clock.now());
}

request::Prepared summary_answer(PolicyVersion const& version, PolicyVersions const& all,
                                 int status = 200) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object();
    write_summary(writer, version, all);
    writer.end_object();
    return json_answer(std::move(text), status);
}

// What is wrong with the text.
request::Prepared findings_of(std::vector<cedar::Message> const& messages) {
    std::vector<PolicyFinding> findings;
    findings.reserve(messages.size());
    for (auto const& [position, text] : messages)
        findings.push_back({.table = {}, .position = position, .text = text});
    return findings_answer(findings);
}

// A member that is misspelt must not look as if it counted.
Result<json::Document> content_of(PolicyChangesDesk const& desk, request::Exchange const& exchange,
                                  std::initializer_list<std::string_view> members) {
    SALUS_TRY(auto document, content_of(desk.parser, exchange, kProposal));
    if (!document.root().is_object()) return fail(Errc::invalid, "an object is needed");
    for (auto const member : document.root().members()) {
        if (std::ranges::find(members, member.name()) == members.end())
            return fail(Errc::invalid, "a member is not known here");
    }
    return document;
}

PolicyStep step_now(PolicyChangesDesk const& desk, request::Exchange const& exchange) {
    return step_of(exchange.facts.caller->facts(), desk.clock.now());
}

// What a person or a program decides about is what they read.
Result<void> check_named(PolicyChangesDesk const& desk, request::Exchange const& exchange,
                         PolicyVersion const& version) {
    SALUS_TRY(auto const content, content_of(desk, exchange, {"sha256"}));
    auto const named = content.root().text_member("sha256");
    if (!named) return fail(Errc::invalid, "the SHA-256 of the version's text is missing");
    if (*named != version.sha256)
        return fail(Errc::conflict, "the version's text has another SHA-256");
    return {};
}

Result<Policy> policy_of(PolicyVersion const& version) {
    auto policy = Policy::parse(version.text);
    if (!policy)
        return fail(Errc::unprocessable, "this server does not understand the version any more");
    return *std::move(policy);
}

// Who activates a version can propose and activate the next one under it.
Result<void> check_way_back(PolicyChangesDesk const& desk, request::Exchange const& exchange,
                            Policy const& next) {
    authorization::Circumstances const here{.now = desk.clock.now(), .access = exchange.access};
    // Whatever this token is for: the next one may say both.
    auto caller = exchange.facts.caller->facts();
    for (auto const access : {&request::Scope::read, &request::Scope::update}) {
        request::Scope scope{.context = request::ScopeContext::administration, .type = "policies"};
        scope.*access = true;
        caller.scopes.push_back(std::move(scope));
    }
    for (auto const interaction :
         {Interaction::policy_propose, Interaction::policy_activate, Interaction::policy_version}) {
        request::IntentFacts intent;
        intent.interaction = interaction;
        intent.tenant = exchange.tenant->name;
        auto const decision = authorization::decide(next, caller, intent, here);
        if (!decision.allowed)
            return fail(Errc::unprocessable,
                        "under this version you could not change the policy again");
    }
    return {};
}

}  // namespace

Result<PolicyVersions> policy_versions(records::Records& records, json::Parser& parser) {
    SALUS_TRY(auto const stored, stored_versions(records, parser));
    return stored.versions;
}

Result<PolicyVersion> policy_version(records::Records& records, json::Parser& parser,
                                     std::uint64_t number) {
    SALUS_TRY(auto stored, stored_version(records, parser, number));
    return std::move(stored.version);
}

Result<request::Prepared> propose_policy(PolicyChangesDesk const& desk,
                                         request::Exchange& exchange) {
    SALUS_TRY(auto const content,
              content_of(desk, exchange, {"text", "reason", "facts", "tables"}));
    auto const root = content.root();
    auto text = root.text_member("text");
    auto reason = root.text_member("reason").value_or("");
    if (!text) return fail(Errc::invalid, "the text of the policy is missing");
    if (reason.empty() || reason.size() > kReasonBytesMost)
        return fail(Errc::invalid, "a reason of 1 to 1024 bytes is needed");
    auto const policy = authorization::read_and_validate(*text);
    if (!policy) return findings_of(policy.error());
    SALUS_TRY(auto tested, test_policy(*policy, root));
    if (tested.refusal) return *std::move(tested.refusal);
    SALUS_TRY(auto list, versions_now(desk));
    StoredVersion stored;
    auto& version = stored.version;
    version.number = ++list.versions.newest;
    version.based_on = list.versions.activated;
    version.based_on_sha256 = list.versions.deciding.sha256;
    version.sha256 = to_hex(policy->hash());
    version.text = *std::move(text);
    version.reason = std::move(reason);
    version.cases = tested.cases;
    version.proposed = step_now(desk, exchange);
    auto prepared = summary_answer(version, list.versions, 201);
    SALUS_TRY_VOID(add_version(prepared, desk, stored));
    SALUS_TRY_VOID(add_list(prepared, desk, list));
    return prepared;
}

Result<request::Prepared> list_policy_versions(PolicyChangesDesk const& desk) {
    SALUS_TRY(auto const list, versions_now(desk));
    auto const& all = list.versions;
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("in_force").integer(static_cast<std::int64_t>(all.deciding.version));
    writer.key("versions").begin_array();
    auto const last = all.newest > kListed ? all.newest - kListed : 0;
    for (auto number = all.newest; number > last; --number) {
        SALUS_TRY(auto const version, policy_version(desk.records, desk.parser, number));
        writer.begin_object();
        write_summary(writer, version, all);
        writer.end_object();
    }
    writer.end_array().end_object();
    return json_answer(std::move(text));
}

Result<request::Prepared> show_policy_version(PolicyChangesDesk const& desk,
                                              request::Permit const& permit) {
    SALUS_TRY(auto const list, versions_now(desk));
    SALUS_TRY(auto const version,
              policy_version(desk.records, desk.parser, permit.intent().version));
    std::string text;
    json::Writer writer(text);
    writer.begin_object();
    write_summary(writer, version, list.versions);
    writer.key("text").string(version.text).end_object();
    return json_answer(std::move(text));
}

Result<request::Prepared> replay_policy_version(PolicyChangesDesk const& desk,
                                                ReplaySources const& sources,
                                                request::Exchange const& exchange,
                                                request::Permit const& permit) {
    SALUS_TRY(auto const content, content_of(desk, exchange, {"days"}));
    auto const days = content.root().member("days");
    auto const asked = days && days->is_number() ? days->integer() : std::nullopt;
    if (days && !asked) return fail(Errc::invalid, "days are a whole number");
    SALUS_TRY(auto const version,
              policy_version(desk.records, desk.parser, permit.intent().version));
    SALUS_TRY(auto const next, policy_of(version));
    ReplayPeriod period;
    if (asked) period.days = std::chrono::days(std::clamp<std::int64_t>(*asked, 0, 100'000));
    SALUS_TRY(auto report, replay_policy({.now = *exchange.policy.rules,
                                          .next = next,
                                          .subjects = sources.subjects,
                                          .trail = sources.trail,
                                          .parser = desk.parser,
                                          .clock = desk.clock,
                                          .local = sources.local},
                                         period));
    return json_answer(std::move(report));
}

Result<request::Prepared> approve_policy(PolicyChangesDesk const& desk,
                                         request::Exchange const& exchange,
                                         request::Permit const& permit) {
    SALUS_TRY(auto const list, versions_now(desk));
    SALUS_TRY(auto stored, stored_version(desk.records, desk.parser, permit.intent().version));
    SALUS_TRY_VOID(check_named(desk, exchange, stored.version));
    SALUS_TRY_VOID(approve(stored.version, list.versions, step_now(desk, exchange)));
    auto prepared = summary_answer(stored.version, list.versions);
    SALUS_TRY_VOID(add_version(prepared, desk, stored));
    return prepared;
}

Result<request::Prepared> activate_policy(PolicyChangesDesk const& desk,
                                          request::Exchange const& exchange,
                                          request::Permit const& permit) {
    SALUS_TRY(auto list, versions_now(desk));
    SALUS_TRY(auto stored, stored_version(desk.records, desk.parser, permit.intent().version));
    SALUS_TRY_VOID(check_named(desk, exchange, stored.version));
    SALUS_TRY_VOID(activate(stored.version, list.versions, step_now(desk, exchange)));
    SALUS_TRY(auto policy, policy_of(stored.version));
    SALUS_TRY_VOID(check_way_back(desk, exchange, policy));
    auto prepared = summary_answer(stored.version, list.versions);
    SALUS_TRY_VOID(add_version(prepared, desk, stored));
    // Two activations meet here: one of them is prepared again, and finds itself outdated.
    SALUS_TRY_VOID(add_list(prepared, desk, list));
    prepared.after_commit = [&in_force = desk.in_force, number = stored.version.number,
                             policy = std::move(policy)] { in_force.activate(number, policy); };
    return prepared;
}

Result<request::Prepared> withdraw_policy(PolicyChangesDesk const& desk,
                                          request::Exchange const& exchange,
                                          request::Permit const& permit) {
    SALUS_TRY(auto const list, versions_now(desk));
    SALUS_TRY(auto stored, stored_version(desk.records, desk.parser, permit.intent().version));
    SALUS_TRY_VOID(withdraw(stored.version, list.versions, step_now(desk, exchange)));
    auto prepared = summary_answer(stored.version, list.versions);
    SALUS_TRY_VOID(add_version(prepared, desk, stored));
    return prepared;
}

}  // namespace salus::admin
