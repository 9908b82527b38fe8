// Decides requests for compare.mjs. On each line of the standard input one JSON object, for each
// one line out:
//   {"policies": "..."}                     {"errors": [...]}; they count until others come
//   {"entities": [...], "request": {...}}   {"decision": "allow" | "deny", "satisfied": [...],
//                                            "erring": [...]}, ids in the order of the policies
//   {"measure": rounds}                     {"evaluations": n, "nanoseconds": n}: all requests
//                                            since the policies came, decided so many times again
#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cedar/policy_set.h"
#include "json/writer.h"
#include "json_values.h"

namespace {

using salus::cedar::EntityTable;
using salus::cedar::EntityUid;
using salus::cedar::PolicySet;
using salus::cedar::RecordPointer;
using salus::cedar::Request;
using salus::cedar::Response;
namespace testing = salus::cedar::testing;
namespace json = salus::json;

struct Case {
    explicit Case(json::Value line)
        : entities(testing::entities_of(testing::member(line, "entities"))) {
        auto const request = testing::member(line, "request");
        principal = testing::uid_of(testing::member(request, "principal"));
        action = testing::uid_of(testing::member(request, "action"));
        resource = testing::uid_of(testing::member(request, "resource"));
        context = testing::record_of(testing::member(request, "context"));
    }
    [[nodiscard]] Request request() const {
        return {
            .principal = principal, .action = action, .resource = resource, .context = *context};
    }
    EntityTable entities;
    EntityUid principal;
    EntityUid action;
    EntityUid resource;
    RecordPointer context;
};

class Evaluator {
public:
    std::string answer(json::Value line) {
        if (auto const text = line.text_member("policies")) return take_policies(*text);
        if (auto const rounds = line.member("measure")) return measure(rounds->integer().value());
        cases_.push_back(std::make_unique<Case>(line));
        return decide(*cases_.back());
    }

private:
    std::string take_policies(std::string const& text) {
        cases_.clear();
        std::string out;
        json::Writer writer(out);
        writer.begin_object().key("errors").begin_array();
        auto policies = PolicySet::parse(text);
        if (policies)
            policies_.emplace(std::move(*policies));
        else
            for (auto const& message : policies.error())
                writer.string(std::to_string(message.position.line) + ":" +
                              std::to_string(message.position.column) + " " + message.text);
        writer.end_array().end_object();
        return out;
    }

    std::string decide(Case const& one) {
        auto const response = policies_.value().evaluate(one.request(), one.entities);
        std::string out;
        json::Writer writer(out);
        writer.begin_object().key("decision").string(response.allowed ? "allow" : "deny");
        write(writer.key("satisfied"), response.satisfied);
        write(writer.key("erring"), response.erring);
        writer.end_object();
        return out;
    }

    void write(json::Writer& writer, std::span<std::uint32_t const> positions) {
        writer.begin_array();
        for (auto const position : positions)
            writer.string(policies_.value().policies()[position].id);
        writer.end_array();
    }

    std::string measure(std::int64_t rounds) {
        Response response;
        std::int64_t evaluations = 0;
        auto const before = std::chrono::steady_clock::now();
        for (std::int64_t round = 0; round < rounds; ++round)
            for (auto const& one : cases_) {
                policies_.value().evaluate(one->request(), one->entities, response);
                ++evaluations;
            }
        std::chrono::nanoseconds const spent = std::chrono::steady_clock::now() - before;
        std::string out;
        json::Writer(out)
            .begin_object()
            .key("evaluations")
            .integer(evaluations)
            .key("nanoseconds")
            .integer(spent.count())
            .end_object();
        return out;
    }

    std::optional<PolicySet> policies_;
    std::vector<std::unique_ptr<Case>> cases_;  // entities do not move
};

}  // namespace

int main() {
    try {
        json::Parser parser;
        Evaluator evaluator;
        for (std::string line; std::getline(std::cin, line);) {
            auto const document = parser.parse(line);
            if (!document) throw std::runtime_error("a line is not JSON");
            std::cout << evaluator.answer(document->root()) << '\n';
        }
        std::cout.flush();
        return 0;
    } catch (std::exception const& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
