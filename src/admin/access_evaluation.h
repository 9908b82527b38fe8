// OpenID AuthZEN Authorization API 1.0: the decision function for other programs. Salus is the
// policy decision point; who asks enforces. It decides about types and functions, never about one
// record: a question that names a record is answered with no.
//
//   subject   {"type": "user", "id": a user's id (`sub`)} or {"type": "client", "id": client_id};
//             properties.roles: of this sign-in, beside those that are stored
//   action    {"name": an interaction: "read", "search", "create" ...}
//   resource  {"type": a resource type, "id": "*" or absent}; properties.own: the subject's own.
//             {"type": "function", "id": "users" ...}, whose actions are "read" and "write"
//   context   purpose, acr, auth_age (seconds), care (true: the subject takes part in the care of
//   the
//             patient in question); the rest is not looked at
//
// Whatever is malformed is Errc::invalid; what is well formed and nobody or nothing is a no.
#pragma once

#include "admin/policy_desk.h"
#include "request/exchange.h"
#include "request/prepared.h"

namespace salus::admin {

// POST /access/v1/evaluation. Notes in the exchange whom it was about.
[[nodiscard]] Result<request::Prepared> evaluate_access(PolicyDesk const& desk,
                                                        request::Exchange& exchange);
// POST /access/v1/evaluations: at most 100 at once. What is malformed in one of them is that one's
// error, and a no; where the list itself or its options are, it is the request's.
[[nodiscard]] Result<request::Prepared> evaluate_accesses(PolicyDesk const& desk,
                                                          request::Exchange& exchange);
// GET /.well-known/authzen-configuration ("Policy Decision Point Metadata").
[[nodiscard]] std::string access_evaluation_metadata(request::Tenant const& tenant);

}  // namespace salus::admin
