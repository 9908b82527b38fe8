// What the circumstances of a request cost, as one line of JSON, nanoseconds of processor time, the
// median of rounds: an address among a million networks, the local time, and counting a request and
// its end, for one caller and for many.
//   build/release/access_context_bench
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "access_context/range_list.h"
#include "access_context/recent_behaviour.h"
#include "access_context/time_zone.h"

namespace {

using namespace salus;

constexpr int kRounds = 15;
constexpr std::size_t kUses = 100'000;  // of one round
constexpr std::size_t kCallers = 10'000;

double processor_nanoseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// `work` gives a number, so that nothing of it is left out.
template <class Work>
double cost_of_one(Work work) {
    std::vector<double> rounds;
    std::uint64_t sum = 0;
    for (int round = 0; round < kRounds; ++round) {
        auto const begun = processor_nanoseconds();
        for (std::size_t i = 0; i < kUses; ++i) sum += static_cast<std::uint64_t>(work(i));
        rounds.push_back((processor_nanoseconds() - begun) / static_cast<double>(kUses));
    }
    std::ranges::sort(rounds);
    return sum == 0 ? 0 : rounds[rounds.size() / 2];
}

std::string ipv4(std::uint32_t number) {
    return std::to_string(number >> 24U) + "." + std::to_string((number >> 16U) & 255U) + "." +
           std::to_string((number >> 8U) & 255U) + "." + std::to_string(number & 255U);
}

}  // namespace

int main() {
    namespace access = access_context;
    std::mt19937 generator(1);  // NOLINT(cert-msc51-cpp): the same networks each time
    auto const random = [&] { return static_cast<std::uint32_t>(generator()); };
    std::vector<access::Range> ranges;
    while (ranges.size() < limits::kRanges)
        ranges.push_back({*access::parse_range(ipv4(random() & ~255U) + "/24"), 3});
    access::RangeTable const table(ranges);
    std::vector<http::IpAddress> addresses;
    for (int i = 0; i < 4'096; ++i) addresses.push_back(*http::IpAddress::parse(ipv4(random())));

    auto const zone = access::TimeZone::load("America/New_York").value_or(access::TimeZone());
    access::FingerprintKey const key({});
    std::string const client(22, 'c');
    auto const user = [](std::size_t i) { return std::to_string(i) + "abcdefghijklmnop"; };
    std::vector<std::string> users;
    for (std::size_t i = 0; i < kCallers; ++i) users.push_back(user(i));
    access::RecentBehaviour recent;
    CompartmentId const patient;
    auto const request = [&](std::string const& who, std::size_t i) {
        MonotonicTime const now{std::chrono::hours(9) + std::chrono::milliseconds(i)};
        auto const caller = key.of("default", client, who);
        auto const counts = recent.begin(caller, now);
        recent.answered(caller, now, {&patient, 1});
        return counts.requests;
    };
    std::printf(
        "{\"range\":%.0f,\"local_time\":%.0f,\"one_caller\":%.0f,\"many_callers\":%.0f}\n",
        cost_of_one([&](std::size_t i) { return table.at(addresses[i % addresses.size()]); }),
        cost_of_one([&](std::size_t i) {
            return zone.at(WallTime(std::chrono::seconds(1'795'000'000 + i))).weekday;
        }),
        cost_of_one([&](std::size_t i) { return request(users[0], i); }),
        cost_of_one([&](std::size_t i) { return request(users[i % kCallers], i); }));
    return 0;
}
