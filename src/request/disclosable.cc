#include "request/disclosable.h"

#include "foundation/check.h"

namespace salus::request {

http::Response disclose(Disclosable answer, Receipt receipt) {
    SALUS_CHECK(answer.request_ == receipt.request());
    auto response = std::move(answer.response_);
    response.headers.set("X-Request-Id", receipt.request().text());
    // The caller can ask for the proof of this record later.
    response.headers.set("Salus-Audit-Leaf", std::to_string(receipt.leaf_index()));
    return response;
}

}  // namespace salus::request
