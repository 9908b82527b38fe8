// Inside the room: what the routes have in common: which method an address takes, and of which
// content. Pure functions; any thread.
#pragma once

#include <string>

#include "http/message.h"
#include "request/intent.h"

namespace salus::operations {

[[nodiscard]] request::IntentFacts facts_of(request::Interaction interaction,
                                            std::string type = {});
// GET and HEAD.
[[nodiscard]] bool is_read(http::Method method);
[[nodiscard]] std::unexpected<Error> no_such_route();
[[nodiscard]] std::unexpected<Error> wrong_method();
// Errc::method_not_allowed for another than the one expected; HEAD is GET.
[[nodiscard]] Result<request::IntentFacts> only(http::Method expected, http::Method method,
                                                request::Interaction interaction);
// By POST: the authorization server's endpoints that take a form, and what takes JSON.
// Errc::unsupported_media_type.
[[nodiscard]] Result<request::IntentFacts> form_to(http::Request const& request,
                                                   request::Interaction interaction);
[[nodiscard]] Result<request::IntentFacts> json_to(http::Request const& request,
                                                   request::Interaction interaction);

}  // namespace salus::operations
