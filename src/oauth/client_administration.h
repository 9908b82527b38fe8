// Clients as administrators see and remove them (IAM-2): /admin/clients. Belongs to one thread, as
// the records do.
#pragma once

#include "authentication/revocations.h"
#include "identity/documents.h"
#include "request/exchange.h"
#include "request/permit.h"

namespace salus::oauth {

// GET: all clients as they were registered. Keys are public.
[[nodiscard]] Result<request::Prepared> list_clients(records::Records& records,
                                                     json::Parser& parser, Clock const& clock);
// DELETE /admin/clients/ID: 204. It gets no token any more, what it was granted is refused at its
// next refresh, and its access tokens end: event loops hear of it by `news`. Errc::not_found if
// there is none.
[[nodiscard]] Result<request::Prepared> remove_client(records::Records& records,
                                                      json::Parser& parser, Clock const& clock,
                                                      request::Exchange& exchange,
                                                      request::Permit const& permit,
                                                      authentication::Revocations& news);
// Adds a client to the list of all.
[[nodiscard]] Result<void> note_client(identity::Documents& documents, ClientId const& client,
                                       request::Prepared& prepared);

}  // namespace salus::oauth
