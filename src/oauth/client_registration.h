// POST /admin/clients: registers a client (IAM-2). The body is a client as oauth/client.h describes
// it.
#pragma once

#include "foundation/clock.h"
#include "foundation/result.h"
#include "json/document.h"
#include "records/records.h"
#include "request/exchange.h"

namespace salus::oauth {

// Errc::conflict if the client id is taken; Errc::invalid with what is wrong.
[[nodiscard]] Result<request::Prepared> register_client(request::Exchange& exchange,
                                                        records::Records& records,
                                                        json::Parser& parser, Clock const& clock);

}  // namespace salus::oauth
