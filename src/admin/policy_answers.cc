#include "admin/policy_answers.h"

#include "admin/documents.h"
#include "admin/request_content.h"
#include "authorization/explain.h"
#include "authorization/policy_document.h"
#include "json/writer.h"

namespace salus::admin {
namespace {

using authorization::Explanation;

constexpr ContentBound kQuestion{.bytes = 256 * limits::kKiB,
                                 .why = "a question is at most 256 KiB"};
constexpr std::string_view kScope = "scope:";

void write_rules(json::Writer& writer, std::vector<authorization::SpokenRule> const& rules) {
    writer.key("rules").begin_array();
    for (auto const& rule : rules) {
        writer.begin_object().key("id").string(rule.id.text());
        if (!rule.description.empty()) writer.key("description").string(rule.description);
        if (!rule.reference.empty()) writer.key("reference").string(rule.reference);
        writer.end_object();
    }
    writer.end_array();
}

void write_withheld(json::Writer& writer,
                    std::vector<authorization::WithheldElement> const& withheld) {
    writer.key("withheld").begin_array();
    for (auto const& each : withheld) {
        writer.begin_object().key("element").string(each.element).key("rules").begin_array();
        for (auto const& rule : each.rules) writer.string(rule.text());
        writer.end_array().end_object();
    }
    writer.end_array();
}

std::string to_json(Explanation const& explanation, Question const& question,
                    authorization::Policy const& policy) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("allowed").boolean(explanation.allowed);
    if (!explanation.allowed) writer.key("why").string(explanation.why.text());
    auto const purpose = question.caller.purpose;
    if (purpose) writer.key("purpose").string(request::code_of(*purpose).text());
    request::write_roles(writer, "roles", question.caller.roles);
    request::write_places(writer, "works_at", question.caller.locations);
    writer.key("interaction").string(request::name_of(question.intent.interaction).text());
    if (!question.intent.type.empty()) writer.key("type").string(question.intent.type);
    write_rules(writer, explanation.rules);
    writer.key("scopes").begin_array();
    for (auto const& scope : explanation.scopes) writer.string(scope.text().substr(kScope.size()));
    writer.end_array();
    write_withheld(writer, explanation.withheld);
    writer.key("remedies").begin_array();
    for (auto const& remedy : explanation.remedies) {
        writer.begin_object().key("kind").string(authorization::name_of(remedy.kind).text());
        writer.key("value").string(remedy.value).end_object();
    }
    writer.end_array().key("policy").string(to_hex(policy.hash())).end_object();
    return text;
}

}  // namespace

Result<json::Document> content_of(PolicyDesk const& desk, request::Exchange const& exchange) {
    return content_of(desk.parser, exchange, kQuestion);
}

void note_subject(request::Exchange& exchange, Question const& question) {
    if (!question.is_stored) return;
    if (question.caller.person)
        exchange.facts.target_user = question.caller.person->id;
    else
        exchange.facts.target_client = question.caller.client;
}

request::Prepared show_policy(PolicyDesk const& desk) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("sha256").string(to_hex(desk.policy.hash()));
    writer.key("rules").integer(static_cast<std::int64_t>(desk.policy.rules().policies().size()));
    writer.key("text").string(desk.policy.text()).end_object();
    return json_answer(std::move(text));
}

request::Prepared document_policy(PolicyDesk const& desk) {
    auto prepared = json_answer(
        authorization::policy_document(desk.policy, desk.tenant.name, desk.clock.now()));
    prepared.headers.set("Content-Type", "text/markdown; charset=utf-8");
    return prepared;
}

Result<request::Prepared> explain_policy(PolicyDesk const& desk, request::Exchange& exchange) {
    SALUS_TRY(auto const content, content_of(desk, exchange));
    SALUS_TRY(auto const question, read_question(desk, content.root()));
    note_subject(exchange, question);
    Explanation explanation;
    if (question.barred.empty()) {
        explanation = authorization::explain(desk.policy, question.caller, question.intent,
                                             question.circumstances,
                                             question.is_stored ? authorization::ScopesOf::subject
                                                                : authorization::ScopesOf::anybody);
    } else {
        explanation.why = question.barred;
    }
    return json_answer(to_json(explanation, question, desk.policy));
}

}  // namespace salus::admin
