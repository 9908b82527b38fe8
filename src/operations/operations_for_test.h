// For this room's tests: a tenant with its records, whose requests go the whole way that this room
// knows, classify, prepare and commit, under a permit for everything. What authorization would
// refuse is not refused here. Included by tests only.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fhir/operation_outcome.h"
#include "minimum_necessary/narrowing.h"
#include "operations/classifier.h"
#include "operations/operations.h"
#include "records/tenant_for_test.h"
#include "request/caller_for_test.h"
#include "request/permit_for_test.h"
#include "request/receipt_for_test.h"

namespace salus::testing {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

inline constexpr char const* kFhirJsonType = "application/fhir+json";

inline request::CallerPointer caller_named(std::string const& client) {
    auto facts = facts_of_caller("system/*.cruds");
    facts.client = ClientId(client);
    return make_caller(std::move(facts));
}

// What a request came to.
struct Answer {
    http::Response response;
    std::optional<Error> error;

    [[nodiscard]] int status() const {
        return error ? fhir::http_status(error->code) : response.status;
    }
    [[nodiscard]] std::string why() const { return error ? std::string(error->why.text()) : ""; }
    [[nodiscard]] std::string body() const {
        return std::string(EphiTestAccess::open(response.body));
    }
    [[nodiscard]] std::string header(std::string const& name) const {
        return std::string(response.headers.get(name).value_or(""));
    }
};

// Borrows the instance.
class OperationsRoom {
public:
    explicit OperationsRoom(TestInstance& instance, std::string const& name = "default",
                            std::string const& path = "", store::Store* other_store = nullptr)
        : instance_(instance), records_(instance, name, path, other_store) {}

    // Of every permit.
    request::Reach reach = request::Reach::named;

    [[nodiscard]] TestRecords& home() noexcept { return records_; }
    [[nodiscard]] records::Records& records() noexcept { return records_.records(); }
    [[nodiscard]] records::Addressing const& addressing() const { return records_.addressing(); }
    [[nodiscard]] operations::Workplace const& workplace() const noexcept { return workplace_; }

    [[nodiscard]] request::Exchange exchange(TestRequest const& wanted,
                                             request::CallerPointer caller) const {
        auto exchange = make_exchange(records_.tenant(), make_request(wanted));
        exchange.started = instance_.clock.now();
        exchange.facts.caller = std::move(caller);
        return exchange;
    }
    [[nodiscard]] Result<request::Intent> classify(TestRequest const& wanted) {
        return classify(wanted, caller_named("client-1"));
    }
    [[nodiscard]] Result<request::Intent> classify(TestRequest const& wanted,
                                                   request::CallerPointer caller) {
        auto one = exchange(wanted, std::move(caller));
        return classifier_.classify(one);
    }
    [[nodiscard]] std::string allowed_methods(TestRequest const& wanted) {
        return classifier_.allowed_methods(exchange(wanted, caller_named("client-1")));
    }
    [[nodiscard]] Result<request::Permit> permit(TestRequest const& wanted,
                                                 request::CallerPointer caller) {
        SALUS_TRY(auto intent, classify(wanted, caller));
        return make_permit(std::move(caller), std::move(intent), all_elements(), reach);
    }
    [[nodiscard]] Result<request::Prepared> prepare(TestRequest const& wanted) {
        SALUS_TRY(auto const permitted, permit(wanted, caller_named("client-1")));
        return operations::prepare(workplace_, permitted);
    }
    Result<void> commit(request::Prepared prepared) {
        if (!prepared.batch) return {};
        return instance_.home.run(
            records_.tenant().store.commit(*std::move(prepared.batch), instance_.home));
    }

    // The whole way.
    Answer serve(TestRequest const& wanted, std::string const& client = "client-1") {
        return serve_as(wanted, caller_named(client));
    }
    Answer serve_as(TestRequest const& wanted, request::CallerPointer caller) {
        auto answer = try_to_serve(wanted, std::move(caller));
        if (answer) return *std::move(answer);
        return {.response = {}, .error = answer.error()};
    }
    Answer get(std::string const& target, HeaderList headers = {}) {
        return serve({.target = target, .headers = std::move(headers)});
    }
    Answer put(std::string const& target, std::string const& body, HeaderList headers = {}) {
        headers.emplace_back("Content-Type", kFhirJsonType);
        return serve({http::Method::put, target, std::move(headers), body});
    }
    Answer post(std::string const& target, std::string const& body, HeaderList headers = {}) {
        headers.emplace_back("Content-Type", kFhirJsonType);
        return serve({http::Method::post, target, std::move(headers), body});
    }
    Answer remove(std::string const& target, HeaderList headers = {}) {
        return serve({http::Method::remove, target, std::move(headers), {}});
    }

private:
    Result<Answer> try_to_serve(TestRequest const& wanted, request::CallerPointer caller) {
        auto one = exchange(wanted, caller);
        SALUS_TRY(auto intent, classifier_.classify(one));
        auto const permitted =
            make_permit(std::move(caller), std::move(intent), all_elements(), reach);
        SALUS_TRY(auto prepared, operations::prepare(workplace_, permitted));
        SALUS_TRY(auto disclosable, narrowing_.narrow(prepared, permitted, one));
        SALUS_TRY_VOID(commit(std::move(prepared)));
        return Answer{disclose(std::move(disclosable), make_receipt(0, one.id)), std::nullopt};
    }

    TestInstance& instance_;
    TestRecords records_;
    json::Parser parser_;
    operations::Classifier classifier_{records_.tenant(), records_.records(), parser_,
                                       instance_.clock};
    operations::Workplace workplace_{records_.tenant(), records_.records(), parser_,
                                     instance_.random, instance_.clock};
    minimum_necessary::Narrowing narrowing_;
};

// A small resource of each kind that the tests use.
inline std::string patient_json(std::string const& id, std::string const& more = "") {
    return R"({"resourceType":"Patient","id":")" + id + "\"" + more + "}";
}
inline std::string observation_json(std::string const& id, std::string const& patient,
                                    std::string const& more = "") {
    return R"({"resourceType":"Observation","id":")" + id +
           R"(","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/)" + patient +
           "\"}" + more + "}";
}

}  // namespace salus::testing
