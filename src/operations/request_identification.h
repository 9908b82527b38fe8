// "Request Identification" of OpenID AuthZEN 1.0: a program that asks for a decision may name its
// request by X-Request-ID, and finds that name in the answer, whatever the answer is. Any thread.
#pragma once

#include "http/message.h"

namespace salus::operations {

// At such an address the answer says the asker's X-Request-ID instead of ours, which then stands
// in Salus-Request-ID. A name of more than 128 bytes, or of other than visible ASCII, is passed
// over. It goes back to who sent it and nowhere else.
void identify(http::Request const& request, http::Response& response);

}  // namespace salus::operations
