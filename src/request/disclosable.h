// Disclosable: an answer from which everything that the permit withholds has been removed. Only
// minimum_necessary::Narrowing can make one. Receipt: the proof that the request's record is
// durable. Only audit_controls::Gate can make one. Bytes leave only for the two together (invariant
// 1, AUD-2).
#pragma once

#include "foundation/strong_id.h"
#include "http/message.h"

namespace salus::minimum_necessary {
class Narrowing;
}
namespace salus::audit_controls {
class Gate;
class RotationRecord;
}  // namespace salus::audit_controls

namespace salus::request {

class Receipt {
public:
    [[nodiscard]] std::uint64_t leaf_index() const noexcept { return leaf_index_; }
    [[nodiscard]] RequestId const& request() const noexcept { return request_; }
    Receipt(Receipt&&) noexcept = default;
    Receipt& operator=(Receipt&&) noexcept = default;

private:
    friend class audit_controls::Gate;
    Receipt(std::uint64_t leaf_index, RequestId request)
        : leaf_index_(leaf_index), request_(std::move(request)) {}
    std::uint64_t leaf_index_;
    RequestId request_;
};

// The proof that a write's intent is durable: who wants to write what, with the hash of the sealed
// bytes. Only audit_controls::Gate can make one, and RotationRecord, for records that are sealed
// anew; records::commit and records::reseal demand it (invariant 5).
class RecordedIntent {
public:
    [[nodiscard]] std::uint64_t leaf_index() const noexcept { return leaf_index_; }
    RecordedIntent(RecordedIntent&&) noexcept = default;
    RecordedIntent& operator=(RecordedIntent&&) noexcept = default;

private:
    friend class audit_controls::Gate;
    friend class audit_controls::RotationRecord;
    explicit RecordedIntent(std::uint64_t leaf_index) : leaf_index_(leaf_index) {}
    std::uint64_t leaf_index_;
};

class Disclosable {
public:
    [[nodiscard]] int status() const noexcept { return response_.status; }
    [[nodiscard]] std::size_t size() const noexcept { return response_.body.size(); }
    Disclosable(Disclosable&&) noexcept = default;
    Disclosable& operator=(Disclosable&&) noexcept = default;

    // Takes both proofs and gives the answer. REQUIRES: both are of the same request.
    friend http::Response disclose(Disclosable answer, Receipt receipt);

private:
    friend class minimum_necessary::Narrowing;
    Disclosable(http::Response response, RequestId request)
        : response_(std::move(response)), request_(std::move(request)) {}
    http::Response response_;
    RequestId request_;
};

[[nodiscard]] http::Response disclose(Disclosable answer, Receipt receipt);

}  // namespace salus::request
