#include "admin/access_evaluation.h"

#include <array>
#include <optional>

#include "admin/documents.h"
#include "admin/policy_answers.h"
#include "authorization/decide.h"
#include "fhir/definitions.h"
#include "json/writer.h"

namespace salus::admin {
namespace {

constexpr std::size_t kEvaluationsMost = 100;

// The 4-tuple of one evaluation; the shared values stand where its own do not.
struct Tuple {
    std::optional<json::Value> subject;
    std::optional<json::Value> action;
    std::optional<json::Value> resource;
    std::optional<json::Value> context;
};

Tuple tuple_in(json::Value root, Tuple const& shared) {
    auto const own_or = [&](std::string_view name, std::optional<json::Value> const& other) {
        auto own = root.member(name);
        return own ? own : other;
    };
    return {.subject = own_or("subject", shared.subject),
            .action = own_or("action", shared.action),
            .resource = own_or("resource", shared.resource),
            .context = own_or("context", shared.context)};
}

std::unexpected<Error> malformed(Literal why) {
    return fail(Errc::invalid, why);
}
// Well formed, and answered with no.
std::unexpected<Error> closed(Literal why) {
    return fail(Errc::unprocessable, why);
}

bool is_object(std::optional<json::Value> const& value) {
    return value && value->is_object();
}

// An object that may be absent.
Result<std::optional<json::Value>> properties_of(json::Value value) {
    auto const properties = value.member("properties");
    if (properties && !properties->is_object()) return malformed("properties are an object");
    return properties;
}

Result<Subject> subject_of(PolicyDesk const& desk, std::string_view type, std::string const& id) {
    if (type != "user" && type != "client") return closed("subjects are users and clients");
    SALUS_TRY(auto subject, type == "user" ? desk.subjects.user(id) : desk.subjects.client(id));
    if (!subject) return closed("there is no such subject");
    return *std::move(subject);
}

Result<Circumstances> circumstances_of(json::Value subject,
                                       std::optional<json::Value> const& context) {
    Circumstances circumstances;
    SALUS_TRY(auto const properties, properties_of(subject));
    if (properties) {
        auto roles = request::roles_in(*properties, "roles");
        if (!roles) return malformed(request::kWhatRolesAre);
        circumstances.roles = *std::move(roles);
    }
    if (!context) return circumstances;
    if (!context->is_object()) return malformed("the context is an object");
    if (context->member("purpose")) {
        auto const purpose = context->text_member("purpose");
        if (!purpose) return malformed("a purpose is text");
        circumstances.purpose = request::purpose_of_code(*purpose);
        if (!circumstances.purpose) return closed("this is not a purpose of use");
    }
    SALUS_TRY_VOID(read_places(*context, circumstances));
    SALUS_TRY(circumstances.access, read_access(*context));
    if (auto const care = context->member("care")) {
        if (!care->is_boolean()) return malformed("care is true or false");
        circumstances.care = care->boolean();
    }
    if (context->member("acr")) {
        auto const acr = context->text_member("acr");
        if (!acr) return malformed("acr is text");
        circumstances.acr = *acr;
    }
    if (auto const age = context->member("auth_age")) {
        auto const seconds = age->is_number() ? age->integer() : std::nullopt;
        if (!seconds || *seconds < 0 || *seconds > kSignInAgeLargest)
            return malformed("auth_age is a number of seconds, at most ten years");
        circumstances.age = std::chrono::seconds(*seconds);
    }
    return circumstances;
}

Result<Target> evaluated_target(std::string const& action, json::Value resource) {
    auto const type = resource.text_member("type");
    auto const id = resource.member("id");
    if (!type || type->empty() || (id && !id->is_string()))
        return malformed("a resource has a type and an id, both text");
    SALUS_TRY(auto const properties, properties_of(resource));
    auto const own = properties ? properties->member("own") : std::nullopt;
    if (own && !own->is_boolean()) return malformed("own is true or false");
    auto const name = id ? id->text() : std::string();
    if (*type == "function") return target_of_function(name, action);
    if (!name.empty() && name != "*")
        return closed("types are decided about, not single records: the id is *");
    return target_of(action, *type, own && own->boolean());
}

Result<Question> question_in(PolicyDesk const& desk, Tuple const& tuple) {
    if (!is_object(tuple.subject) || !is_object(tuple.action) || !is_object(tuple.resource))
        return malformed("an evaluation has a subject, an action and a resource");
    auto const type = tuple.subject->text_member("type");
    auto const id = tuple.subject->text_member("id");
    auto const action = tuple.action->text_member("name");
    if (!type || type->empty() || !id || id->empty())
        return malformed("a subject has a type and an id, both text");
    if (!action || action->empty()) return malformed("an action has a name, which is text");
    SALUS_TRY_VOID(properties_of(*tuple.action));
    // What is malformed is told before what there is not.
    auto circumstances = circumstances_of(*tuple.subject, tuple.context);
    auto target = evaluated_target(*action, *tuple.resource);
    for (auto const* error :
         {circumstances ? nullptr : &circumstances.error(), target ? nullptr : &target.error()}) {
        if (error != nullptr && error->code == Errc::invalid) return fail(*error);
    }
    if (!circumstances) return fail(circumstances.error());
    if (!target) return fail(target.error());
    SALUS_TRY(auto subject, subject_of(desk, *type, *id));
    return question_of(std::move(subject), *std::move(circumstances), *std::move(target),
                       desk.clock.now());
}

// "Additional Context in a Response": which rules spoke; of a yes what stays withheld, so that the
// asker withholds it too; of a no why, and how the person would have to sign in.
void write_context(json::Writer& writer, PolicyDesk const& desk, Question const& question,
                   authorization::Decision const& decision) {
    writer.key("context").begin_object().key("reasons").begin_array();
    for (auto const& rule : decision.rules) writer.string(rule.text());
    writer.end_array();
    auto const* type = fhir::find_resource_type(question.intent.type);
    if (decision.allowed && !decision.elements.all && type != nullptr) {
        writer.key("withheld").begin_array();
        for (auto const& element : type->elements) {
            auto const name = element.name.text();
            bool const leaves = name == "id" || name == "meta" || decision.elements.contains(name);
            if (!leaves) writer.string(name);
        }
        writer.end_array();
    }
    if (decision.allowed && !decision.duties.empty()) {
        writer.key("duties").begin_array();
        for (auto const duty : decision.duties) writer.string(request::name_of(duty).text());
        writer.end_array();
    }
    if (!decision.allowed) {
        writer.key("reason_admin").begin_object().key("en").string(decision.why.text());
        writer.end_object();
    }
    if (decision.sign_in) {
        writer.key("acr_values")
            .string(authorization::acr_values_of(decision.sign_in->least).text());
        if (decision.sign_in->max_age.count() > 0)
            writer.key("max_age").integer(decision.sign_in->max_age.count());
    }
    writer.key("policy").string(to_hex(desk.policy.hash())).end_object();
}

bool write_answer(json::Writer& writer, PolicyDesk const& desk, Question const& question) {
    authorization::Decision decision;
    if (question.barred.empty()) {
        decision = authorization::decide(desk.policy, question.caller, question.intent,
                                         question.circumstances);
    } else {
        decision.why = question.barred;
    }
    writer.begin_object().key("decision").boolean(decision.allowed);
    write_context(writer, desk, question, decision);
    writer.end_object();
    return decision.allowed;
}

// A no for what there is not, or what was malformed.
void write_closed(json::Writer& writer, Error const& error) {
    writer.begin_object().key("decision").boolean(false).key("context").begin_object();
    if (error.code == Errc::invalid) {
        writer.key("error").begin_object().key("status").integer(400);
        writer.key("message").string(error.why.text()).end_object();
    } else {
        writer.key("reason_admin").begin_object().key("en").string(error.why.text()).end_object();
    }
    writer.end_object().end_object();
}

enum class Semantic : std::uint8_t { execute_all, deny_on_first_deny, permit_on_first_permit };

Result<Semantic> semantic_in(json::Value root) {
    auto const options = root.member("options");
    if (!options) return Semantic::execute_all;
    if (!options->is_object()) return malformed("options are an object");
    if (!options->member("evaluations_semantic")) return Semantic::execute_all;
    auto const name = options->text_member("evaluations_semantic");
    if (name == "execute_all") return Semantic::execute_all;
    if (name == "deny_on_first_deny") return Semantic::deny_on_first_deny;
    if (name == "permit_on_first_permit") return Semantic::permit_on_first_permit;
    return malformed("there is no such evaluations_semantic");
}

// Whether the rest is still asked after this answer.
bool goes_on(Semantic semantic, bool decision) {
    if (semantic == Semantic::deny_on_first_deny) return decision;
    return semantic != Semantic::permit_on_first_permit || !decision;
}

// One evaluation into the answer, of which whatever fails but for the store is its own no.
Result<bool> write_evaluation(json::Writer& writer, PolicyDesk const& desk, Tuple const& tuple) {
    auto const question = question_in(desk, tuple);
    if (question) return write_answer(writer, desk, *question);
    auto const& error = question.error();
    if (error.code != Errc::invalid && error.code != Errc::unprocessable) return fail(error);
    write_closed(writer, error);
    return false;
}

Result<request::Prepared> evaluate_one(PolicyDesk const& desk, request::Exchange& exchange,
                                       json::Value root) {
    auto const question = question_in(desk, tuple_in(root, {}));
    std::string text;
    json::Writer writer(text);
    if (question) {
        note_subject(exchange, *question);
        write_answer(writer, desk, *question);
    } else if (question.error().code == Errc::unprocessable) {
        write_closed(writer, question.error());
    } else {
        return fail(question.error());
    }
    return json_answer(std::move(text));
}

}  // namespace

Result<request::Prepared> evaluate_access(PolicyDesk const& desk, request::Exchange& exchange) {
    SALUS_TRY(auto const content, content_of(desk, exchange));
    if (!content.root().is_object()) return malformed("an evaluation is an object");
    return evaluate_one(desk, exchange, content.root());
}

Result<request::Prepared> evaluate_accesses(PolicyDesk const& desk, request::Exchange& exchange) {
    SALUS_TRY(auto const content, content_of(desk, exchange));
    auto const root = content.root();
    if (!root.is_object()) return malformed("evaluations are an object");
    SALUS_TRY(auto const semantic, semantic_in(root));
    auto const evaluations = root.member("evaluations");
    if (evaluations && !evaluations->is_array()) return malformed("evaluations are a list");
    // Without any it is one evaluation.
    if (!evaluations || evaluations->size() == 0) return evaluate_one(desk, exchange, root);
    if (evaluations->size() > kEvaluationsMost)
        return fail(Errc::too_large, "at most 100 evaluations at once");
    auto const shared = tuple_in(root, {});
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("evaluations").begin_array();
    for (auto const each : evaluations->elements()) {
        if (!each.is_object()) return malformed("an evaluation is an object");
        SALUS_TRY(bool const decision, write_evaluation(writer, desk, tuple_in(each, shared)));
        if (!goes_on(semantic, decision)) break;
    }
    writer.end_array().end_object();
    return json_answer(std::move(text));
}

std::string access_evaluation_metadata(request::Tenant const& tenant) {
    std::string text;
    json::Writer writer(text);
    writer.begin_object().key("policy_decision_point").string(tenant.issuer());
    writer.key("access_evaluation_endpoint").string(tenant.public_url + "/access/v1/evaluation");
    writer.key("access_evaluations_endpoint").string(tenant.public_url + "/access/v1/evaluations");
    writer.end_object();
    return text;
}

}  // namespace salus::admin
