"""What a user might say: short and long, questions and orders, with names, numbers and pauses."""

QUESTIONS = (
    "Hello, who are you?",
    "What is the capital of France?",
    "What do you like most about your work?",
    "How far away is the Moon?",
    "Can you recommend a good book?",
    "Which planet is the largest in our solar system?",
    "Tell me a joke.",
    "Why is the sky blue?",
    "I had a long day at work, and I am really tired.",
    "My name is Peter, and I live in Boston with two cats.",
    "What should I cook tonight? I have rice, eggs and tomatoes.",
    "Is it going to rain tomorrow?",
    "Thanks, that was helpful.",
    "How do you say good morning in Spanish?",
    "I am looking for a birthday present for my mother. She likes gardening.",
    "What time do you open on Sundays?",
    "Do you have this in a larger size?",
    "How much is twelve times twelve?",
    "Please explain what a black hole is, in simple words.",
    "Who painted the Mona Lisa?",
    "I would like to book a table for four people at seven o'clock.",
    "What is your favourite colour, and why?",
    "Give me one tip for learning the piano.",
    "Should I take the train or the bus to the airport?",
    "Could you say that again, please?",
    "Good night, and see you tomorrow.",
)
LONG = "Please tell me all that you know about the mountains and rivers of Europe."
AT_LENGTH = "You are a geographer. Answer every question at length, in six long sentences."
STOP = "Wait, stop. What is the time?"
"""Said over an answer."""
