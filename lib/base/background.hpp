// Background: work that is begun before anybody needs it.
#pragma once

#include <functional>
#include <thread>

namespace mpk {

/// low: gives way to what runs beside it, as that is needed sooner, and stays where its maker is.
enum class Urgency { normal, low };

/// Runs `work` on a thread of its own; of normal urgency, at once on another processor where there
/// is one. Where no thread can be had, and where `work` throws, nothing happens: whoever needs what
/// it makes does it then.
std::jthread begin_early(std::function<void()> work, Urgency urgency = Urgency::normal);

/// Some kernels leave a new thread behind its maker, up to the end of that one's slice of 3 ms,
/// though another processor is idle. `thread` is moved once; then it may go where it likes.
void move_to_another_processor(std::jthread& thread);

}  // namespace mpk
