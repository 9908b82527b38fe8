// Two rooms that differ in what their stores hold, and in nothing else: the same policy, clock and
// random source. Each request is sent to both; a caller who may not see what differs gets the same
// answer from both, to the byte. Included by tests only.
#pragma once

#include <cstdint>
#include <mutex>
#include <random>
#include <span>

#include "pipeline/pipeline_for_test.h"

namespace salus::testing {

// Bytes that a seed decides. Ids (16 bytes) have a stream of their own: the sealing of a hidden
// record takes salts, and must not change which id a resource gets. Any thread.
class SeededRandom final : public crypto::Random {
public:
    void reseed(std::uint64_t seed) {
        std::lock_guard const lock(mutex_);
        ids_.seed(seed);
        bulk_.seed(~seed);
    }
    void fill(std::span<std::uint8_t> out) noexcept override {
        std::lock_guard const lock(mutex_);
        auto& stream = out.size() <= kIdBytes ? ids_ : bulk_;
        for (auto& byte : out) byte = static_cast<std::uint8_t>(stream());
    }

private:
    static constexpr std::size_t kIdBytes = 16;
    std::mutex mutex_;
    std::mt19937_64 ids_;
    std::mt19937_64 bulk_;
};

// One of the two, and how it is asked.
class TwinRoom {
public:
    explicit TwinRoom(RoomChoices const& choices) : room_(with_random(choices)) {}

    // Each step and each request takes a second, whether this room does anything or not.
    void load(std::uint64_t step, http::Method method, std::string const& name,
              std::string const& json) {
        begin(step);
        // Request ids are drawn in batches, so both rooms must have answered equally often.
        if (name.empty()) {
            room_.send_authorized({.target = "/fhir/Patient/nobody"});
            return;
        }
        auto const response = room_.send_authorized({method, "/fhir/" + name, kJson, json});
        ASSERT_TRUE(response.status == 201 || response.status == 200 || response.status == 204)
            << name << " " << PipelineRoom::body(response) << json;
    }
    // From now on audit leaves are counted; the others are of what differs.
    void begin_asking(oauth::AccessTokenGrant grant) {
        grant_ = std::move(grant);
        asked_ = 0;
        first_leaf_ = leaf_of(room_.send_authorized({.target = "/fhir/Patient/nobody"}));
    }
    http::Response ask(std::uint64_t step, TestRequest wanted) {
        begin(step);
        // Issuing a token is dear, and one token serves for many requests.
        if (asked_++ % kRequestsPerToken == 0) token_ = room_.token(grant_);
        wanted.target = "/fhir/" + wanted.target;
        wanted.headers.emplace_back("Authorization", "Bearer " + token_);
        return room_.send(wanted);
    }
    // Status, every header and the body. Two texts are the rooms' own: a cursor is sealed with a
    // key and a salt of its instance, so its length stands for it (it leads on, and what it leads
    // to is compared); the index of an audit leaf counts what was loaded, too.
    [[nodiscard]] std::string told(http::Response const& response) const {
        std::string text = std::to_string(response.status) + "\n";
        for (auto const& [name, value] : response.headers) {
            bool const leaf = name == "Salus-Audit-Leaf";
            text += name + ": " + (leaf ? std::to_string(leaf_of(response) - first_leaf_) : value) +
                    "\n";
        }
        return without_cursors(text + PipelineRoom::body(response));
    }
    [[nodiscard]] PipelineRoom& room() noexcept { return room_; }

private:
    static constexpr std::uint64_t kRequestsPerToken = 100;  // it lives for 300 s
    inline static HeaderList const kJson{{"Content-Type", "application/fhir+json"}};

    RoomChoices with_random(RoomChoices choices) {
        choices.random = &random_;
        return choices;
    }
    void begin(std::uint64_t step) {
        random_.reseed(step);
        room_.instance().clock.advance(std::chrono::seconds(1));
    }
    [[nodiscard]] static std::int64_t leaf_of(http::Response const& response) {
        return std::stoll(std::string(response.headers.get("Salus-Audit-Leaf").value_or("0")));
    }
    [[nodiscard]] static std::string without_cursors(std::string text) {
        static constexpr std::string_view kMark = "_cursor=";
        for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at + 1)) {
            auto const begin = at + kMark.size();
            auto const size = text.find_first_of("\"&", begin) - begin;
            text.replace(begin, size, std::to_string(size));
        }
        return text;
    }

    SeededRandom random_;
    PipelineRoom room_;
    oauth::AccessTokenGrant grant_;
    std::int64_t first_leaf_ = 0;
    std::uint64_t asked_ = 0;
    std::string token_;
};

}  // namespace salus::testing
