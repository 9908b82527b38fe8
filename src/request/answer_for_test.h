// For tests of rooms that do not link minimum_necessary/: makes the Disclosables that only it can
// make. DO NOT include in a program that links minimum_necessary/: its class has this name.
#pragma once

#include "request/disclosable.h"

namespace salus::minimum_necessary {

class Narrowing {
public:
    static request::Disclosable answer(http::Response response, RequestId const& request) {
        return {std::move(response), request};
    }
};

}  // namespace salus::minimum_necessary

namespace salus::testing {

inline request::Disclosable make_answer(int status, std::string body, RequestId const& request) {
    http::Response response;
    response.status = status;
    response.body = EphiText(std::move(body));
    return minimum_necessary::Narrowing::answer(std::move(response), request);
}

}  // namespace salus::testing
