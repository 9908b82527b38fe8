// The context of one request in the policy language: purpose, sign-in, device, network, time and
// what went before (docs/handbook/policies.md names the attributes). Made once; between two
// questions of a request only `context.action` differs. Belongs to one request.
#pragma once

#include <string_view>

#include "authorization/circumstances.h"
#include "cedar/value.h"
#include "request/caller.h"

namespace salus::authorization {

class RequestContext {
public:
    RequestContext(request::CallerFacts const& caller, Circumstances const& circumstances);
    RequestContext(RequestContext const&) = delete;
    RequestContext& operator=(RequestContext const&) = delete;
    ~RequestContext() = default;

    // Of a question about this action; until the next call.
    [[nodiscard]] cedar::Record const& of(std::string_view action);

private:
    // `context_` borrows these, which spares each an owner of its own.
    cedar::Record device_;
    cedar::Record network_;
    cedar::Record recent_;
    cedar::Record context_;
};

}  // namespace salus::authorization
