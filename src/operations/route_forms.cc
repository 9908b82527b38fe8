#include "operations/route_forms.h"

#include "operations/preconditions.h"

namespace salus::operations {

using request::IntentFacts;
using request::Interaction;

IntentFacts facts_of(Interaction interaction, std::string type) {
    IntentFacts facts;
    facts.interaction = interaction;
    facts.type = std::move(type);
    return facts;
}

bool is_read(http::Method method) {
    return method == http::Method::get || method == http::Method::head;
}

std::unexpected<Error> no_such_route() {
    return fail(Errc::not_found, "no such resource");
}
std::unexpected<Error> wrong_method() {
    return fail(Errc::method_not_allowed, "this address does not offer this method");
}

Result<IntentFacts> only(http::Method expected, http::Method method, Interaction interaction) {
    bool const fits = expected == http::Method::get ? is_read(method) : method == expected;
    if (!fits) return wrong_method();
    return facts_of(interaction);
}

Result<IntentFacts> form_to(http::Request const& request, Interaction interaction) {
    if (request.method != http::Method::post) return wrong_method();
    SALUS_TRY_VOID(check_form_content_type(request));
    return facts_of(interaction);
}

Result<IntentFacts> json_to(http::Request const& request, Interaction interaction) {
    if (request.method != http::Method::post) return wrong_method();
    SALUS_TRY_VOID(check_json_content_type(request));
    return facts_of(interaction);
}

}  // namespace salus::operations
