// The pipeline: the one path of every request, of every tenant, in store mode. pipeline.cc shows it
// from top to bottom; ARCHITECTURE.md tells it as a story. One Pipeline belongs to one event loop.
#pragma once

#include <map>
#include <memory>

#include "audit_controls/gate.h"
#include "authentication/authentication.h"
#include "foundation/worker_pool.h"
#include "http/message.h"
#include "operations/routes.h"
#include "pipeline/desk.h"
#include "pipeline/house.h"
#include "request/exchange.h"

namespace salus::pipeline {

using Workers = WorkerPool<Desk>;

class Pipeline final : public http::Handler {
public:
    // All references outlive the pipeline; `home` is the executor of the loop it serves.
    Pipeline(House const& house, Workers& workers, std::unique_ptr<Desk> desk, Executor& home);

    Task<http::Response> handle(http::Request request) override;

private:
    struct Work {
        request::Prepared prepared;
        std::optional<request::Disclosable> answer;    // later, if entries answer for themselves
        std::optional<outside_provider::Wish> wish{};  // what a better answer needs
    };
    struct Safeguards {
        authentication::Authentication authentication;
        audit_controls::Gate gate;
    };

    [[nodiscard]] Task<http::Response> answer(request::Exchange& exchange);
    [[nodiscard]] Task<Result<http::Response>> serve(request::Exchange& exchange);
    [[nodiscard]] Task<Result<http::Response>> proceed(request::Exchange& exchange);
    [[nodiscard]] Task<Result<request::Permit>> decide(request::Exchange& exchange);
    [[nodiscard]] Task<Result<Work>> prepare(request::Exchange& exchange,
                                             request::Permit const& permit);
    [[nodiscard]] Task<Result<void>> answer_entries(request::Exchange& exchange,
                                                    request::Permit const& permit, Work& work);
    [[nodiscard]] Task<http::Response> answer_entry(request::Exchange const& whole,
                                                    request::EntryRequest entry);
    [[nodiscard]] Task<Result<void>> narrow(request::Exchange& exchange,
                                            request::Permit const& permit, Work& work);
    [[nodiscard]] static Result<request::Permit> decide_at(Desk& desk, request::Exchange& exchange);
    [[nodiscard]] static Result<Work> prepare_at(Desk& desk, request::Exchange& exchange,
                                                 request::Permit const& permit);
    [[nodiscard]] Task<Result<void>> write(request::Exchange& exchange,
                                           request::Prepared& prepared);
    void note_answer(request::Exchange const& exchange, bool refused);
    [[nodiscard]] Task<http::Response> refuse(request::Exchange& exchange, Error error);

    [[nodiscard]] operations::Ability ability() const;
    [[nodiscard]] TenantHouse const& tenant_of(http::Request const& request) const;
    [[nodiscard]] Safeguards& safeguards(request::Exchange const& exchange);

    House const& house_;
    Workers& workers_;
    std::unique_ptr<Desk> desk_;
    Executor& home_;
    crypto::RandomBatch random_;  // for request ids
    std::map<TenantName, Safeguards> safeguards_;
};

}  // namespace salus::pipeline
