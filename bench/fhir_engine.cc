// What the FHIR engine costs for one resource: microseconds of processor time, the median of
// rounds, as one line of JSON that bench/peers/engine.mjs prints for other engines.
//   fhir_engine_bench FILE
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fhir/fhirpath/evaluator.h"
#include "fhir/resource.h"
#include "foundation/check.h"

namespace {

using namespace salus;
namespace fhirpath = fhir::fhirpath;

constexpr int kRounds = 15;
constexpr int kRepeats = 3'000;
constexpr std::string_view kExpression = "Patient.name.where(use='official').family";

double processor_microseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

template <class Work>
double measure(Work work) {
    std::vector<double> rounds;
    for (int round = 0; round < kRounds; ++round) {
        auto const begun = processor_microseconds();
        for (int i = 0; i < kRepeats; ++i) work();
        rounds.push_back((processor_microseconds() - begun) / kRepeats);
    }
    std::ranges::sort(rounds);
    return rounds[rounds.size() / 2];
}

std::string contents(char const* path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "usage: fhir_engine_bench FILE\n");
        return 2;
    }
    auto const text = contents(arguments[1]);
    json::Parser parser;
    auto const document = parser.parse(text);
    auto const expression = fhirpath::Expression::compile(kExpression);
    auto const resource = document ? fhirpath::Item::resource(document->root()) : std::nullopt;
    if (!expression || !resource || !fhir::Reader::parse(EphiText(text), parser)) {
        std::fprintf(stderr, "not a valid resource\n");
        return 1;
    }
    fhirpath::Evaluator evaluator;
    auto const context = fhirpath::Context::of(*resource);
    auto const parse = measure([&] { SALUS_CHECK(parser.parse(text).has_value()); });
    auto const validate =
        measure([&] { SALUS_CHECK(fhir::Reader::parse(EphiText(text), parser).has_value()); });
    auto const evaluate = measure([&] {
        auto const found = evaluator.evaluate(*expression, context);
        SALUS_CHECK(found && found->size() == 1);
    });
    std::printf("{\"json_parse\":%.2f,\"parse_and_validate\":%.2f,\"fhirpath_compiled\":%.2f}\n",
                parse, validate, evaluate);
    return 0;
}
