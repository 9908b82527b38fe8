// How many passwords are hashed at once, over all threads: each takes 128 MiB and hundreds of
// milliseconds (limits::kPasswordsAtOnce). Whoever finds no place is told to come again; nobody
// waits, because whoever waits holds a worker. Thread safety: any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "foundation/sign_in_limits.h"

namespace salus::sign_in {

class HashingPlaces {
public:
    explicit HashingPlaces(std::size_t places = limits::kPasswordsAtOnce) : free_(places) {}
    HashingPlaces(HashingPlaces const&) = delete;
    HashingPlaces& operator=(HashingPlaces const&) = delete;
    ~HashingPlaces() = default;

    // Held while one password is hashed.
    class Place {
    public:
        Place(Place&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
        Place& operator=(Place&&) = delete;
        Place(Place const&) = delete;
        Place& operator=(Place const&) = delete;
        ~Place() {
            if (of_ != nullptr) of_->free_.fetch_add(1);
        }
        // False: all were taken.
        [[nodiscard]] explicit operator bool() const noexcept { return of_ != nullptr; }

    private:
        friend class HashingPlaces;
        explicit Place(HashingPlaces* of) : of_(of) {}
        HashingPlaces* of_;
    };

    [[nodiscard]] Place take() noexcept {
        auto free = free_.load();
        while (free > 0) {
            if (free_.compare_exchange_weak(free, free - 1)) return Place(this);
        }
        return Place(nullptr);
    }

private:
    std::atomic<std::size_t> free_;
};

}  // namespace salus::sign_in
